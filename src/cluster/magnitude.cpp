#include "cluster/magnitude.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

constexpr Index rows_a_block = 4096;

[[noreturn]] void throw_too_large(std::string_view who, const MatrixView& x,
                                  const std::vector<Column>& columns) {
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      if (std::abs(x(i, j)) > largest_value)
        throw InvalidData(
            concat(who, ": column '", printable(columns[static_cast<std::size_t>(j)].name),
                   "' holds ", x(i, j), " in row ", i,
                   "; values beyond 1e140 are too large to compute with"),
            "scale the columns");
  throw InvalidData(concat(who, ": values are too large to compute with"), "scale the columns");
}

}  // namespace

double check_magnitude(std::string_view who, const MatrixView& x,
                       const std::vector<Column>& columns, const Context& context) {
  const double largest = parallel_reduce(
      context, x.rows(), rows_a_block, 0.0,
      [&](Index begin, Index end) {
        return x.middleRows(begin, end - begin).cwiseAbs().maxCoeff();
      },
      [](double& most, double part) { most = std::max(most, part); });
  if (!(largest <= largest_value)) throw_too_large(who, x, columns);
  return largest;
}

}  // namespace grove::cluster
