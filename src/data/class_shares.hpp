#pragma once

#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// `total` shared out in proportion to `counts` by largest remainders; equal remainders go to the lower place.
std::vector<Index> proportional_shares(const std::vector<Index>& counts, Index total);

}  // namespace grove
