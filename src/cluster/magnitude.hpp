#pragma once

#include <string_view>

#include "grove/data/trained_on.hpp"

namespace grove::cluster {

/// Larger values have squared distances that overflow.
inline constexpr double largest_magnitude = 1e145;

/// Throws InvalidData naming the column, the row and the value.
void check_magnitude(std::string_view who, const MatrixView& x, const TrainedOn& trained_on);

}  // namespace grove::cluster
