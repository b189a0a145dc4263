#pragma once

#include <cstdint>

#include "boosting/grower.hpp"

namespace grove {

/// Divides `n` row numbers into those that go left, first, and the others, both in their order.
/// Returns how many go left. `buffer` has room for n.
std::size_t divide_rows(const GrowTask& task, const Split& split, std::uint32_t* rows,
                        std::size_t n, std::uint32_t* buffer);

}  // namespace grove
