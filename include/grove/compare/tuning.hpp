#pragma once

#include <cstdint>
#include <string_view>

#include "grove/compare/comparison.hpp"

namespace grove {

/// What the searches of one contender on one data set spent, summed over the folds: equal for all
/// that were tuned, as far as the unit of the budget goes.
struct TuningCost {
  Index searches = 0;  // folds that were tuned in
  Index trials = 0;
  Index failed = 0;        // trials
  double evaluations = 0;  // trials, each by the share of the rows that it saw
  double seconds = 0;      // of the trials; folds and trials run at once
  std::uint64_t work = 0;  // all counters together
};
TuningCost tuning_cost(const Standing& standing);

/// How a contender stands in a comparison with tuning: "tuned"; "untuned", if it has a search space
/// and was held back from tuning, so that others had an advantage over it; "nothing to tune".
std::string_view tuning_state(const Standing& standing);

}  // namespace grove
