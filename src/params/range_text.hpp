#pragma once

#include <string>

#include "grove/params/search_space.hpp"

namespace grove {

/// "1..30, logarithmic", "0.5..1", "uniform | distance".
std::string range_text(const SearchRange& range);

}  // namespace grove
