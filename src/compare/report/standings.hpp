#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/report/critical_difference.hpp"
#include "grove/compare/comparison.hpp"
#include "grove/compare/score_comparison.hpp"

// What the page reads off a comparison.

namespace grove::report {

inline constexpr double alpha = 0.05;

inline bool failed(const Standing& standing) { return standing.result.n_failed() > 0; }
bool is_baseline(const Standing& standing);

/// Contenders, best first.
std::vector<std::size_t> by_rank(const DatasetComparison& data);

/// Position of the best contender; none if all failed.
std::optional<std::size_t> best_of(const DatasetComparison& data);

/// A contender against the best of its data set.
struct AgainstBest {
  double p_holm = 1;  // NaN where there is no test
  /// Best minus this one in the better direction: how far behind; with its 95 % interval.
  statistics::MeanDifference behind;
};
/// In the order of the standings; NaN for the best itself and for those without a test.
std::vector<AgainstBest> against_best(const DatasetComparison& data);

struct Layout {
  int n_folds = 0;
  int n_repeats = 0;
  Index least_test = 0;
};
Layout layout_of(const DatasetComparison& data);

/// All contenders over all data sets; needs two data sets and two contenders.
struct Overall {
  Matrix ranks;  // data sets x contenders
  statistics::TestResult friedman;
  CriticalDifference diagram;
  /// Wilcoxon's test with Holm's adjustment on the mean scores of all pairs that failed nowhere.
  std::vector<PairComparison> pairs;  // indices of comparison.contenders
};
std::optional<Overall> overall_of(const Comparison& comparison);

/// Rows that were predicted in the first repeat, with what is true of them.
struct Predicted {
  std::vector<Index> rows;
  Labels truth;
  Labels labels;
  Matrix proba;  // empty if the model gives none
  Vector target;
  Vector values;
};
/// None if the contender has no predictions, or they do not fit the data.
std::optional<Predicted> predicted_of(const DatasetComparison& data, const Standing& standing);

}  // namespace grove::report
