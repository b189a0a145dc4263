#pragma once

#include <span>

#include "grove/core/types.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// balanced: factors that give every class that occurs the same total weight: the weight of all
/// rows over (the number of such classes times the weight of the class).
enum class ClassWeight { none, balanced };
std::span<const EnumName<ClassWeight>> enum_names(ClassWeight);

/// The factor of each class 0..n_classes-1 by the rule; 1 for a class without weight.
Vector class_factors(ClassWeight rule, const LabelsView& labels, const VectorView& weights,
                     Index n_classes);

}  // namespace grove
