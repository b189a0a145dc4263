#include "cluster/magnitude.hpp"

#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cluster {

void check_magnitude(std::string_view who, const MatrixView& x, const TrainedOn& trained_on) {
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      if (std::abs(x(i, j)) > largest_magnitude)
        throw InvalidData(
            concat(who, ": column '",
                   printable(trained_on.columns[static_cast<std::size_t>(j)].name), "' holds ",
                   x(i, j), " in row ", i, "; values beyond 1e145 are too large to compute with"),
            "scale the columns");
}

}  // namespace grove::cluster
