#include "cluster/affinity/point_panels.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cluster {

PointPanels::PointPanels(const MatrixView& x) : loops_(mixture_scan()), n_(x.rows()), d_(x.cols()) {
  const Index n_panels = (n_ + rows_a_panel - 1) / rows_a_panel;
  values_.assign(static_cast<std::size_t>(n_panels * rows_a_panel * d_), 0.0);
  for (Index i = 0; i < n_; ++i)
    for (Index j = 0; j < d_; ++j)
      values_[static_cast<std::size_t>((i / rows_a_panel * d_ + j) * rows_a_panel +
                                       i % rows_a_panel)] = x(i, j);
}

void PointPanels::squared(const double* point, double* out) const {
  std::array<double, rows_a_panel> last;
  for (Index i = 0; i < n_; i += rows_a_panel) {
    const bool whole = i + rows_a_panel <= n_;
    loops_.squares(values_.data() + i * d_, rows_a_panel, static_cast<int>(d_), point, nullptr,
                   whole ? out + i : last.data());
    if (!whole) std::copy_n(last.begin(), n_ - i, out + i);
  }
}

void check_square_memory(std::string_view who, std::string_view what, Index n, int matrices,
                         const std::string& hint) {
  constexpr double gibibyte = 1024.0 * 1024 * 1024;
  const double bytes = static_cast<double>(n) * static_cast<double>(n) * 8 * matrices;
  if (bytes > 4 * gibibyte)
    throw InvalidData(concat(who, ": ", what, " of ", n, " rows would take ",
                             static_cast<Index>(bytes / gibibyte + 0.5),
                             " GiB, which grow with the square of the rows; the limit is 4 GiB"),
                      hint);
}

}  // namespace grove::cluster
