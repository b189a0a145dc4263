#pragma once

#include <string>
#include <vector>

#include "grove/params/value.hpp"

namespace grove {

/// The values that one parameter may take in a search: the numbers low..high, both included, or
/// the `choices` if there are any.
struct SearchRange {
  double low = 0;
  double high = 0;
  bool integer = false;
  /// Whether equal ratios, rather than equal differences, are equally likely; needs low > 0.
  bool logarithmic = false;
  std::vector<Value> choices = {};

  bool operator==(const SearchRange&) const = default;
};

SearchRange reals(double low, double high);
SearchRange log_reals(double low, double high);
SearchRange integers(std::int64_t low, std::int64_t high);
SearchRange log_integers(std::int64_t low, std::int64_t high);
SearchRange choices(std::vector<Value> values);

/// One parameter of a model, named as Estimator::set_param takes it.
struct SearchDimension {
  std::string name;
  SearchRange range;

  bool operator==(const SearchDimension&) const = default;
};
using SearchSpace = std::vector<SearchDimension>;

}  // namespace grove
