#include "metrics/point_groups.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "metrics/checks.hpp"
#include "metrics/pair_distances.hpp"

namespace grove::metrics {

void check_points(std::string_view who, const MatrixView& x, const LabelsView& labels) {
  check_rows(who, "x", x.rows(), "labels", labels.size());
  if (x.cols() == 0) throw InvalidData(concat(who, ": x has no columns"));
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.cols(); ++c) {
      if (std::isfinite(x(i, c))) continue;
      throw InvalidData(
          concat(who, ": x must be finite, got ", x(i, c), " in row ", i, ", column ", c));
    }
  }
}

Grouping checked_grouping(std::string_view who, const MatrixView& x, const LabelsView& labels) {
  check_points(who, x, labels);
  Grouping groups = grouping(labels);
  if (groups.sizes.size() < 2 || groups.sizes.size() >= groups.group.size()) {
    throw InvalidData(concat(who, ": expected 2 to ", std::max<Index>(2, x.rows() - 1),
                             " clusters, got ", groups.sizes.size(), " on ", x.rows(), " rows"),
                      "the metric compares clusters, of which one has more than one row");
  }
  return groups;
}

RowsByCluster rows_by_cluster(const std::vector<Index>& group, std::size_t n_groups) {
  RowsByCluster rows{std::vector<Index>(group.size()), std::vector<Index>(n_groups + 1, 0)};
  for (const Index g : group) ++rows.begin[static_cast<std::size_t>(g) + 1];
  for (std::size_t g = 0; g < n_groups; ++g) rows.begin[g + 1] += rows.begin[g];
  std::vector<Index> next(rows.begin.begin(), rows.begin.end() - 1);
  for (std::size_t i = 0; i < group.size(); ++i) {
    Index& at = next[static_cast<std::size_t>(group[i])];
    rows.order[static_cast<std::size_t>(at++)] = static_cast<Index>(i);
  }
  return rows;
}

void append_groups(const MatrixView& x, const std::vector<Index>& order, Index begin, Index end,
                   std::vector<double>& groups) {
  const Index n_groups = (end - begin + distance_lanes - 1) / distance_lanes;
  const std::size_t first = groups.size();
  groups.resize(first + static_cast<std::size_t>(n_groups * distance_lanes * x.cols()), 0);
  double* const out = groups.data() + first;
  for (Index i = 0; i < end - begin; ++i) {
    const double* const row = x.row(order[static_cast<std::size_t>(begin + i)]).data();
    double* const group = out + i / distance_lanes * distance_lanes * x.cols();
    for (Index c = 0; c < x.cols(); ++c) group[c * distance_lanes + i % distance_lanes] = row[c];
  }
}

}  // namespace grove::metrics
