#pragma once

#include <functional>
#include <string>
#include <vector>

#include "grove/estimator/estimator.hpp"
#include "grove/metrics/table.hpp"

namespace grove {

/// A metric that judges a fitted estimator: one of grove's by name, `Scorer("roc_auc")`, or your
/// own.
class Scorer {
 public:
  using Function = std::function<double(const metrics::Predictions&)>;

  /// Throws InvalidParameter, with a suggestion, for an unknown name.
  Scorer(const char* name);
  Scorer(const std::string& name);
  /// `input` says which parts of Predictions `function` reads.
  Scorer(std::string name, metrics::MetricInput input, bool greater_is_better, Function function);

  const std::string& name() const { return name_; }
  metrics::MetricInput input() const { return input_; }
  bool greater_is_better() const { return greater_is_better_; }
  double operator()(const metrics::Predictions& predictions) const {
    return function_(predictions);
  }

 private:
  std::string name_;
  metrics::MetricInput input_;
  bool greater_is_better_;
  Function function_;
};

/// Classifiers: accuracy, balanced_accuracy, and log_loss if it predicts probabilities. Regressors:
/// r2, rmse, mae; those that rank groups: ndcg, ndcg_at_10.
std::vector<Scorer> default_scorers(const Estimator& estimator);

/// What a fitted estimator predicts on a data set, as far as `scorers` need it.
struct PredictionSet {
  Labels labels;
  Matrix proba;
  Vector values;
};
PredictionSet predictions_for(const Estimator& fitted, const Dataset& data,
                              const std::vector<Scorer>& scorers, const Context& context = {});

/// One score per scorer. Weights of `data` weigh the rows. Throws what the metrics throw, and
/// Unsupported for a metric that does not fit the estimator's kind.
std::vector<double> scores_of(const PredictionSet& predictions, const Dataset& data,
                              const std::vector<Scorer>& scorers, const Context& context = {});

}  // namespace grove
