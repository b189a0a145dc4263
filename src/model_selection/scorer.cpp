#include "grove/model_selection/scorer.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/external_model.hpp"

namespace grove {

using metrics::MetricInput;

Scorer::Scorer(const std::string& name) : name_(name) {
  const metrics::MetricInfo& info = metrics::find_metric(name);
  input_ = info.input;
  greater_is_better_ = info.greater_is_better;
  function_ = [&info](const metrics::Predictions& predictions) { return info(predictions); };
}

Scorer::Scorer(const char* name) : Scorer(std::string(name)) {}

Scorer::Scorer(std::string name, MetricInput input, bool greater_is_better, Function function)
    : name_(std::move(name)),
      input_(input),
      greater_is_better_(greater_is_better),
      function_(std::move(function)) {}

std::vector<Scorer> default_scorers(const Estimator& estimator) {
  if (estimator.capabilities().ranks_groups) return {"ndcg", "ndcg_at_10"};
  if (estimator.kind() == EstimatorKind::regressor) return {"r2", "rmse", "mae"};
  if (estimator.has_predict_proba()) return {"accuracy", "balanced_accuracy", "log_loss"};
  return {"accuracy", "balanced_accuracy"};
}

namespace {

void check_fits(const Estimator& estimator, const Scorer& scorer) {
  const EstimatorKind kind = estimator.kind();
  const bool of_values = scorer.input() == MetricInput::values;
  const bool of_classes =
      scorer.input() == MetricInput::labels || scorer.input() == MetricInput::probabilities;
  if (kind == EstimatorKind::classifier && of_values)
    throw Unsupported(concat("metric '", scorer.name(), "' judges real values, but ",
                             estimator.name(), " is a classifier"),
                      "use a metric of labels or probabilities, such as accuracy");
  if (kind == EstimatorKind::regressor && of_classes)
    throw Unsupported(concat("metric '", scorer.name(), "' judges classes, but ", estimator.name(),
                             " is a regressor"),
                      "use a metric of real values, such as r2");
  if (scorer.input() == MetricInput::probabilities && !estimator.has_predict_proba())
    throw Unsupported(concat("metric '", scorer.name(), "' needs probabilities, which ",
                             estimator.name(), " does not predict"),
                      external_part(estimator) != nullptr
                          ? "if the command writes them, say external(COMMAND, proba=true)"
                          : "use a metric of labels, such as accuracy");
}

}  // namespace

PredictionSet predictions_for(const Estimator& fitted, const Dataset& data,
                              const std::vector<Scorer>& scorers, const Context& context) {
  PredictionSet set;
  bool labels = false, proba = false;
  for (const Scorer& scorer : scorers) {
    check_fits(fitted, scorer);
    proba = proba || scorer.input() == MetricInput::probabilities;
    labels = labels || (scorer.input() != MetricInput::probabilities &&
                        scorer.input() != MetricInput::values);
  }
  if (fitted.kind() == EstimatorKind::regressor) {
    set.values = fitted.predict_values(data, context);
    return set;
  }
  if (labels || !proba) set.labels = fitted.predict(data, context);
  if (proba) set.proba = fitted.predict_proba(data, context);
  return set;
}

std::vector<double> scores_of(const PredictionSet& predictions, const Dataset& data,
                              const std::vector<Scorer>& scorers, const Context& context) {
  const MatrixView x = data.x();
  metrics::Predictions view;
  view.x = &x;
  if (data.has_labels()) view.y_true = &data.labels();
  if (data.has_target()) view.target = &data.target();
  if (predictions.labels.size() > 0) view.y_pred = &predictions.labels;
  if (predictions.proba.size() > 0) view.proba = &predictions.proba;
  if (predictions.values.size() > 0) view.values = &predictions.values;
  view.weights = data.weights();
  view.groups = data.groups();
  view.n_classes = static_cast<int>(data.n_classes());
  view.context = &context;
  std::vector<double> scores;
  for (const Scorer& scorer : scorers) scores.push_back(scorer(view));
  return scores;
}

}  // namespace grove
