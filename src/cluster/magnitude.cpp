#include "cluster/magnitude.hpp"

#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cluster {

void check_magnitude(std::string_view who, const MatrixView& x,
                     const std::vector<Column>& columns) {
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      if (std::abs(x(i, j)) > largest_value)
        throw InvalidData(
            concat(who, ": column '", printable(columns[static_cast<std::size_t>(j)].name),
                   "' holds ", x(i, j), " in row ", i,
                   "; values beyond 1e140 are too large to "
                   "compute with"),
            "scale the columns");
}

}  // namespace grove::cluster
