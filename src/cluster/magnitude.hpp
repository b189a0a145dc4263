#pragma once

#include <string_view>

#include "grove/core/context.hpp"
#include "grove/data/trained_on.hpp"

namespace grove::cluster {

/// Larger values have squared distances that overflow.
inline constexpr double largest_value = 1e145;

/// The largest magnitude. Throws InvalidData if it is beyond `largest_value`.
double check_magnitude(std::string_view who, const MatrixView& x, const TrainedOn& trained_on,
                       const Context& context);

}  // namespace grove::cluster
