#pragma once

#include <string>
#include <vector>

#include "grove/compare/comparison.hpp"
#include "grove/model_selection/leak_guards.hpp"

// What a comparison can be rigged with by accident. The codes are in leak_guards(); those that data
// and folds alone tell come from fold_findings. Here: what only the field of contenders tells.

namespace grove {

/// Of the field on one data set, before anything is fitted: seeds as contenders (G-LEAK-10) and
/// parameters that were searched on the test rows (-12).
std::vector<Finding> field_findings(const std::vector<Contender>& field, const Dataset& data,
                                    const std::vector<Split>& splits,
                                    const CompareOptions& options);

/// Of the results on one data set: fits that were refused because they looked at the test fold
/// (G-LEAK-03, -13), another metric than planned, or, if the metrics were chosen, another winner
/// by another of them (-11). Winners by the mean, failures last.
std::vector<Finding> result_findings(const DatasetComparison& result,
                                     const CompareOptions& options);

/// Of the whole: tuned contenders beside untuned ones that have something to tune, and unequal
/// budgets (G-LEAK-05).
std::vector<Finding> tuning_findings(const std::vector<Contender>& field,
                                     const std::vector<DatasetComparison>& results);

/// All findings of a comparison, each once.
std::vector<Finding> all_findings(const Comparison& comparison);
/// Throws InvalidData that lists them, if there are any.
void refuse_findings(const std::vector<Finding>& findings);

/// Cross-validations that were run one by one, on one data set or several.
struct SeparateResult {
  std::string contender;
  CrossValidation result;
};

/// The comparison that `compare` would have made of them: ranks, tests against the best, findings.
/// `options.metrics` holds the one metric that decides (default: the first of the first result).
/// Data sets are told apart by their names. Throws InvalidData if on one data set the data or the
/// folds differ (G-LEAK-04), or if a contender lacks a data set or a fold (G-LEAK-09), and
/// InvalidParameter for no results, two of one contender on one data set, and a metric that was not
/// computed. A baseline enters only if it is among the results.
Comparison compare_results(const std::vector<SeparateResult>& results,
                           const CompareOptions& options = {}, const Context& context = {});

}  // namespace grove
