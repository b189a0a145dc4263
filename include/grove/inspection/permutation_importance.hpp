#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "grove/model_selection/scorer.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

struct PermutationImportanceOptions {
  /// Default: accuracy for classifiers, r2 for regressors.
  std::optional<Scorer> metric = {};
  /// Permutations of each column (of each fold's, when cross-validated).
  int n_repeats = 5;
  std::uint64_t seed = 0;
};

/// By how much the score gets worse when one column's values are dealt out anew among the rows.
struct PermutationImportance {
  std::string model;    // its expression
  std::string dataset;  // its name
  std::string metric;
  std::vector<std::string> columns;
  /// Scores on the rows as they are, one per fold; a single one without folds.
  Vector baseline;
  /// One row per column of the data, one column per permutation (fold by fold). A loss of score is
  /// positive, whether the metric is to be high or low.
  Matrix importances;

  Vector mean() const;
  /// Over the permutations (n - 1); NaN if there is one only. scikit-learn divides by n.
  Vector std() const;
};

/// Breiman, "Random forests", Machine Learning 45 (2001); scikit-learn's permutation_importance.
/// `fitted` is asked n_columns * n_repeats + 1 times to predict all of `data`, whose columns are
/// matched by name to those of its training. On its training rows a model also owns up to what it
/// learnt by heart: give it rows that it has not seen, or cross-validate. Columns that say the same
/// cover for each other, and all look unimportant. Missing values move with the others; weights
/// weigh the rows of the score. Columns run in parallel, each with a copy of x; the same bits for
/// any number of threads.
/// Throws InvalidParameter, InvalidData without a target of the estimator's kind, Unsupported for
/// estimators without a target and metrics that do not fit, and what predict throws.
PermutationImportance permutation_importance(const Estimator& fitted, const Dataset& data,
                                             const PermutationImportanceOptions& options = {},
                                             const Context& context = {});

/// The same for a way of learning: a fresh copy of `estimator` is fitted on the training part of
/// every fold, and the columns are permuted in the fold's test rows alone. See default_splitter.
/// What fit throws in a fold ends the whole.
PermutationImportance permutation_importance_cv(const Estimator& estimator, const Dataset& data,
                                                const Splitter& cv,
                                                const PermutationImportanceOptions& options = {},
                                                const Context& context = {});

/// A table: the columns by falling mean (ties: the first), with mean and standard deviation.
std::ostream& operator<<(std::ostream& out, const PermutationImportance& result);

}  // namespace grove
