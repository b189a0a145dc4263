#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/model_selection/search.hpp"

namespace grove {

struct TunedModel::State {
  SearchResult result;
  Estimator best;
  FitReport report;
};

namespace {

/// "random:20 found accuracy 0.96 with n_neighbors=5, weights=distance"
std::string note_of(const SearchResult& result) {
  const Trial& best = result.trials[result.best];
  std::vector<std::string> values;
  for (const auto& [name, value] : best.params) values.push_back(concat(name, "=", to_text(value)));
  return concat(result.method, " found ", result.metric, " ", short_text(best.score), " with ",
                values.empty() ? "nothing to tune" : join(values, 40));
}

}  // namespace

TunedModel::TunedModel(Estimator estimator, SearchOptions options)
    : estimator_(std::move(estimator)), options_(std::move(options)) {}

const SearchResult& TunedModel::result() const { return fitted(state_, type_name).result; }
const Estimator& TunedModel::best() const { return fitted(state_, type_name).best; }

EstimatorKind TunedModel::kind() const { return estimator_.kind(); }
Capabilities TunedModel::capabilities() const { return estimator_.capabilities(); }
bool TunedModel::has_predict_proba() const { return estimator_.has_predict_proba(); }

std::string TunedModel::expression() const {
  return concat("Tuned(", estimator_.expression(), ", ", to_text(options_), ")");
}

TunedModel& TunedModel::fit(const Dataset& data, const Context& context) {
  const FitScope scope(context);
  SearchResult result = search(estimator_, data, options_, scope.context());
  Estimator best = estimator_.unfitted();
  // Trial 0 is the model as it is.
  if (result.best > 0)
    for (const auto& [name, value] : result.trials[result.best].params) best.set_param(name, value);
  best.fit(data, scope.context());
  FitReport report = best.report() != nullptr ? *best.report() : FitReport{};
  report.notes.push_back(note_of(result));
  report = scope.finish(std::move(report));
  state_ =
      std::make_shared<const State>(State{std::move(result), std::move(best), std::move(report)});
  return *this;
}

Labels TunedModel::predict(const MatrixView& x, const Context& context) const {
  return best().predict(x, context);
}
Vector TunedModel::predict_values(const MatrixView& x, const Context& context) const {
  return best().predict_values(x, context);
}
Matrix TunedModel::predict_proba(const MatrixView& x, const Context& context) const {
  return best().predict_proba(x, context);
}

TunedModel TunedModel::unfitted() const { return TunedModel(estimator_.unfitted(), options_); }
ParamValues TunedModel::param_values() const { return estimator_.param_values(); }
void TunedModel::set_param(std::string_view name, const Value& value) {
  estimator_.set_param(name, value);
  state_.reset();
}

const TrainedOn* TunedModel::trained_on() const { return best().trained_on(); }
const FitReport* TunedModel::report() const { return &fitted(state_, type_name).report; }

Value TunedModel::save_state() const {
  throw Unsupported("TunedModel cannot be saved: a search is no model",
                    "save best(), the model that it found");
}

}  // namespace grove
