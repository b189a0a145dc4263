#pragma once

#include <string>
#include <vector>

#include "grove/compare/comparison.hpp"

namespace grove {

/// What a reader must know of the seconds and the memory of external contenders, a sentence each;
/// none if there are no such contenders.
std::vector<std::string> external_notes(const Comparison& comparison);

}  // namespace grove
