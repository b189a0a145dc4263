#include "grove/tree/cart_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace grove {

std::span<const EnumName<ClassCriterion>> enum_names(ClassCriterion) {
  static constexpr std::array<EnumName<ClassCriterion>, 3> names{
      {{ClassCriterion::gini, "gini"},
       {ClassCriterion::entropy, "entropy"},
       {ClassCriterion::log_loss, "log_loss"}}};
  return names;
}

std::span<const EnumName<RegressionCriterion>> enum_names(RegressionCriterion) {
  static constexpr std::array<EnumName<RegressionCriterion>, 3> names{
      {{RegressionCriterion::squared_error, "squared_error"},
       {RegressionCriterion::friedman_mse, "friedman_mse"},
       {RegressionCriterion::poisson, "poisson"}}};
  return names;
}

std::span<const EnumName<SplitRule>> enum_names(SplitRule) {
  static constexpr std::array<EnumName<SplitRule>, 2> names{
      {{SplitRule::best, "best"}, {SplitRule::random, "random"}}};
  return names;
}

Index MaxFeatures::of(Index n_columns) const {
  const auto d = static_cast<double>(n_columns);
  switch (rule_) {
    case Rule::all:
      return n_columns;
    case Rule::sqrt:
      return std::max<Index>(1, static_cast<Index>(std::sqrt(d)));
    case Rule::log2:
      return std::max<Index>(1, static_cast<Index>(std::log2(d)));
    default:
      return std::min<Index>(count_, n_columns);
  }
}

namespace {

constexpr std::array<EnumName<MaxFeatures::Rule>, 3> rules{{{MaxFeatures::Rule::all, "all"},
                                                            {MaxFeatures::Rule::sqrt, "sqrt"},
                                                            {MaxFeatures::Rule::log2, "log2"}}};

}  // namespace

Value ParamType<MaxFeatures>::to(const MaxFeatures& value) {
  for (const auto& entry : rules)
    if (entry.value == value.rule()) return std::string(entry.name);
  return value.count();
}

std::optional<MaxFeatures> ParamType<MaxFeatures>::from(const Value& value) {
  if (const auto count = ParamType<int>::from(value)) return MaxFeatures(*count);
  if (const auto* word = value.get_if<std::string>())
    for (const auto& entry : rules)
      if (entry.name == *word) return MaxFeatures(entry.value);
  return std::nullopt;
}

Constraint max_features_constraint() {
  return {[](const Value& value) {
            const auto parsed = ParamType<MaxFeatures>::from(value);
            return parsed && (parsed->rule() != MaxFeatures::Rule::count || parsed->count() >= 1);
          },
          ">= 1, or one of all, sqrt, log2"};
}

}  // namespace grove
