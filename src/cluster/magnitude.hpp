#pragma once

#include <string_view>
#include <vector>

#include "grove/data/dataset.hpp"

namespace grove::cluster {

/// Larger values have squared distances that overflow once they are multiplied by sizes.
inline constexpr double largest_value = 1e140;

/// Throws InvalidData naming `who`, the column and the row of a value beyond it.
void check_magnitude(std::string_view who, const MatrixView& x, const std::vector<Column>& columns);

}  // namespace grove::cluster
