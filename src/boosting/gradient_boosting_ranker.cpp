#include "grove/boosting/gradient_boosting_ranker.hpp"

#include "boosting/fit_boosting.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

using Ranker = GradientBoostingRanker;

Ranker& Ranker::fit(const Dataset& data, const Context& context) {
  return fit(data, BoostingOptions(), context);
}

Ranker& Ranker::fit(const Dataset& data, const BoostingOptions& options, const Context& context) {
  GradientBoostingParams params = params_;
  if (params.loss == BoostingLoss::automatic) params.loss = BoostingLoss::lambdarank;
  if (params.loss != BoostingLoss::lambdarank && !params.objective)
    throw InvalidParameter(concat(type_name, ": parameter 'loss' must be automatic or lambdarank"),
                           "the other losses look at one row at a time: use "
                           "GradientBoostingRegressor");
  state_ = fit_boosting(TargetKind::real, *this, std::move(params), data, options, state_, context);
  return *this;
}

Vector Ranker::predict(const MatrixView& x, const Context& context) const {
  const BoostedModel& model = fitted(state_, type_name);
  check_predict_data(type_name, x, model.trained_on, capabilities);
  return model.predictor->scores(x, context).col(0);
}

Booster Ranker::booster() const {
  fitted(state_, type_name);
  return Booster(state_);
}
const TreeEnsemble& Ranker::trees() const { return fitted(state_, type_name).ensemble; }
int Ranker::n_iter() const { return fitted(state_, type_name).n_iter(); }
Vector Ranker::feature_importances() const { return booster().feature_importances(); }
const TrainedOn& Ranker::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& Ranker::report() const { return fitted(state_, type_name).report; }
Value Ranker::save_state() const { return boosted_to_value(fitted(state_, type_name)); }

Ranker Ranker::load_state(const GradientBoostingParams& params, const StateReader& reader) {
  Ranker model(params);
  model.state_ = std::make_shared<const BoostedModel>(boosted_from_value(TargetKind::real, reader));
  return model;
}

}  // namespace grove
