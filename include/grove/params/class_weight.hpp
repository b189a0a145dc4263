#pragma once

#include <span>

#include "grove/params/schema.hpp"

namespace grove {

/// balanced: factors that give every class that occurs the same total weight: the weight of all
/// rows over (the number of such classes times the weight of the class).
enum class ClassWeight { none, balanced };
std::span<const EnumName<ClassWeight>> enum_names(ClassWeight);

}  // namespace grove
