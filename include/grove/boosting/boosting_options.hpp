#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

class Dataset;

/// Where a fit stands after a round.
struct BoostingRound {
  int round = 0;  // from 1
  int n_estimators = 0;
  /// The loss that is watched: of the held-out rows or set if there is one, else of the training
  /// rows; NaN if the objective has none.
  double loss = 0;
  int best_round = 0;  // with early stopping
};

/// Intermediate results, written as JSON lines while the model grows, each line with its round,
/// output and node: "gradients" (per row), "splits" (of every node searched, the best split of each
/// column, best first), "histograms" (the cumulative sums by bin of every node and column).
/// Large; for looking at small fits.
struct TraceOptions {
  std::vector<std::string> what = {};
  std::string file = {};
};

/// What a single fit of boosting may be given beyond the data.
struct BoostingOptions {
  /// Early stopping looks at this set instead of held-out rows, whether or not
  /// `early_stopping` is set. Columns are matched by name.
  const Dataset* validation = nullptr;
  /// Scores to start from, n_rows x n_outputs, in place of a constant. They are no part of the
  /// model: add them to what `decision_function` or `predict` gives.
  std::optional<Matrix> init_score = {};
  std::optional<Matrix> validation_init_score = {};
  /// Called after each round, in the fitting thread; false ends the fit with the rounds so far.
  std::function<bool(const BoostingRound&)> callback = {};
  TraceOptions trace = {};
};

}  // namespace grove
