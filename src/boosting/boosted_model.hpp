#pragma once

#include <vector>

#include "grove/boosting/gradient_boosting.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

enum class Loss { squared_error, log_loss };

/// The state behind both estimators.
struct BoostedModel {
  TrainedOn trained_on;
  Loss loss = Loss::squared_error;
  TreeEnsemble ensemble;  // values already shrunk; round after round, one tree per output
  FitReport report = {};

  Index n_outputs() const { return ensemble.n_outputs(); }
  int n_iter() const {
    return static_cast<int>(ensemble.trees.size() / static_cast<std::size_t>(n_outputs()));
  }
  /// n x n_outputs.
  Matrix raw_scores(const MatrixView& x, const Context& context) const;
};

/// Probabilities of the classes from raw scores: sigmoid for one score, softmax for more.
Matrix probabilities_of(const Matrix& raw, Index n_classes);

BoostedModel fit_boosted(std::string_view who, const GradientBoostingParams& params, Loss loss,
                         const Dataset& data, const Context& context);
Value boosted_to_value(const BoostedModel& model);
BoostedModel boosted_from_value(const GradientBoostingParams& params, Loss loss,
                                const StateReader& reader);

}  // namespace grove
