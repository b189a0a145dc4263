#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove::cluster {

/// Larger values have squared distances that overflow once they are multiplied by sizes.
inline constexpr double largest_value = 1e140;

/// The largest magnitude. Throws InvalidData naming `who`, the column, the row and the value if it
/// is beyond `largest_value`.
double check_magnitude(std::string_view who, const MatrixView& x,
                       const std::vector<Column>& columns, const Context& context = {});

}  // namespace grove::cluster
