#pragma once

#include <memory>
#include <string>

#include "grove/boosting/gradient_boosting.hpp"
#include "grove/tree/tree.hpp"
#include "tree/predictor.hpp"

namespace grove {

/// The state behind the boosting estimators.
struct BoostedModel {
  TrainedOn trained_on;
  std::string link = "identity";
  TreeEnsemble ensemble;  // values already shrunk
  FitReport report = {};
  std::shared_ptr<const Predictor> predictor = {};  // of the ensemble; made by finish()

  Index n_outputs() const { return ensemble.n_outputs(); }
  int n_iter() const {
    return static_cast<int>(ensemble.trees.size() / static_cast<std::size_t>(n_outputs()));
  }
  void finish();
};

Value boosted_to_value(const BoostedModel& model);
/// The kind says what must fit: a classifier has classes and a link to probabilities.
BoostedModel boosted_from_value(TargetKind kind, const StateReader& reader);

}  // namespace grove
