#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "grove/core/types.hpp"
#include "grove/params/class_weight.hpp"
#include "grove/params/schema.hpp"

// Words that decision trees and forests share.

namespace grove {

/// Impurity of a node with class shares p: gini 1 - sum p^2, entropy -sum p log2 p; log_loss is
/// another name of entropy.
enum class ClassCriterion { gini, entropy, log_loss };
std::span<const EnumName<ClassCriterion>> enum_names(ClassCriterion);

/// squared_error: variance about the node's mean. friedman_mse: Friedman's (2001) improvement,
/// n_l n_r / n (difference of means)^2, which is the same gain; kept as scikit-learn's word for it.
/// poisson: half the deviance from the mean, for targets >= 0 with a positive sum.
enum class RegressionCriterion { squared_error, friedman_mse, poisson };
std::span<const EnumName<RegressionCriterion>> enum_names(RegressionCriterion);

/// best: the best threshold of each column looked at. random: one threshold drawn uniformly between
/// the column's extremes in the node (Geurts, Ernst & Wehenkel 2006), the best column of them; of a
/// categorical column, a random number of random categories.
enum class SplitRule { best, random };
std::span<const EnumName<SplitRule>> enum_names(SplitRule);

/// Columns that a node looks at, drawn anew for each: a number >= 1 (at most all), or `all`, `sqrt`
/// or `log2` of the number of columns (rounded down, at least 1). If all that are drawn are
/// constant in the node, drawing goes on until one is not.
class MaxFeatures {
 public:
  enum class Rule { count, all, sqrt, log2 };
  MaxFeatures(Rule rule) : rule_(rule) {}
  MaxFeatures(int count) : rule_(Rule::count), count_(count) {}
  /// Of `n_columns`, between 1 and all.
  Index of(Index n_columns) const;
  Rule rule() const { return rule_; }
  int count() const { return count_; }

 private:
  Rule rule_;
  int count_ = 0;
};

template <>
struct ParamType<MaxFeatures> {
  static constexpr std::string_view name = "integer or word";
  static Value to(const MaxFeatures& value);
  static std::optional<MaxFeatures> from(const Value& value);
};
/// A number >= 1, or all, sqrt, log2.
Constraint max_features_constraint();

}  // namespace grove
