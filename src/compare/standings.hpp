#pragma once

#include <string>
#include <vector>

#include "grove/compare/comparison.hpp"

// What `compare` and `compare_results` do with the results on one data set.

namespace grove {

/// Means and sums over the folds of standing.result; the first metric decides.
void summarise(Standing& standing);

/// Mean n_test / n_train of the folds.
double test_train_ratio(const CrossValidation& result);

/// Ranks, the best, tests against it. Of contenders that differ in the seed alone only the one of
/// median score (of two medians the worse) may be called best.
void settle(std::vector<Standing>& standings, bool greater_is_better);

/// "RandomForestClassifier(max_depth=3)" of "RandomForestClassifier(max_depth=3, seed=7)".
std::string without_seeds(const std::string& expression);

/// Places of contenders whose models differ in the seed alone: groups of two or more, each in order
/// of mention.
std::vector<std::vector<std::size_t>> seed_groups(const std::vector<std::string>& models);
std::vector<Finding> seed_findings(const std::vector<std::string>& names,
                                   const std::vector<std::string>& models);

}  // namespace grove
