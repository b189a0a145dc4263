#include "grove/params/class_weight.hpp"

namespace grove {

std::span<const EnumName<ClassWeight>> enum_names(ClassWeight) {
  static constexpr EnumName<ClassWeight> names[] = {{ClassWeight::none, "none"},
                                                    {ClassWeight::balanced, "balanced"}};
  return names;
}

Vector class_factors(ClassWeight rule, const LabelsView& labels, const VectorView& weights,
                     Index n_classes) {
  Vector factors = Vector::Ones(n_classes);
  if (rule == ClassWeight::none) return factors;
  Vector totals = Vector::Zero(n_classes);
  for (Index i = 0; i < labels.size(); ++i) totals(labels(i)) += weights(i);
  const double share = totals.sum() / static_cast<double>((totals.array() > 0).count());
  for (Index k = 0; k < n_classes; ++k)
    if (totals(k) > 0) factors(k) = share / totals(k);
  return factors;
}

}  // namespace grove
