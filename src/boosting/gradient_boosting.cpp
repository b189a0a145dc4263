#include "grove/boosting/gradient_boosting.hpp"

#include "boosting/fit_boosting.hpp"
#include "core/not_fitted.hpp"

namespace grove {

using Classifier = GradientBoostingClassifier;
using Regressor = GradientBoostingRegressor;

Classifier& Classifier::fit(const Dataset& data, const Context& context) {
  return fit(data, BoostingOptions(), context);
}
Classifier& Classifier::fit(const Dataset& data, const BoostingOptions& options,
                            const Context& context) {
  state_ = fit_boosting(TargetKind::labels, *this, params_, data, options, state_, context);
  return *this;
}
Classifier& Classifier::fit(const BinnedDataset& data, const BoostingOptions& options,
                            const Context& context) {
  state_ = fit_boosting(TargetKind::labels, *this, params_, data.data(), options, state_, context,
                        &data);
  return *this;
}
Classifier& Classifier::fit(const MatrixView& x, const Labels& y, const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Matrix Classifier::decision_function(const MatrixView& x, const Context& context) const {
  const BoostedModel& model = fitted(state_, type_name);
  check_predict_data(type_name, x, model.trained_on, capabilities);
  return model.predictor->scores(x, context);
}

Matrix Classifier::predict_proba(const MatrixView& x, const Context& context) const {
  const BoostedModel& model = fitted(state_, type_name);
  return apply_link(model.link, decision_function(x, context), model.trained_on.n_classes(),
                    context);
}

Labels Classifier::predict(const MatrixView& x, const Context& context) const {
  const Matrix proba = predict_proba(x, context);
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i) proba.row(i).maxCoeff(&labels(i));
  return labels;
}

Booster Classifier::booster() const {
  fitted(state_, type_name);
  return Booster(state_);
}
const TreeEnsemble& Classifier::trees() const { return fitted(state_, type_name).ensemble; }
int Classifier::n_iter() const { return fitted(state_, type_name).n_iter(); }
Vector Classifier::feature_importances() const { return booster().feature_importances(); }
const TrainedOn& Classifier::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& Classifier::report() const { return fitted(state_, type_name).report; }
Value Classifier::save_state() const { return boosted_to_value(fitted(state_, type_name)); }

Classifier Classifier::load_state(const GradientBoostingParams& params, const StateReader& reader) {
  Classifier model(params);
  model.state_ =
      std::make_shared<const BoostedModel>(boosted_from_value(TargetKind::labels, reader));
  return model;
}

Regressor& Regressor::fit(const Dataset& data, const Context& context) {
  return fit(data, BoostingOptions(), context);
}
Regressor& Regressor::fit(const Dataset& data, const BoostingOptions& options,
                          const Context& context) {
  state_ = fit_boosting(TargetKind::real, *this, params_, data, options, state_, context);
  return *this;
}
Regressor& Regressor::fit(const BinnedDataset& data, const BoostingOptions& options,
                          const Context& context) {
  state_ =
      fit_boosting(TargetKind::real, *this, params_, data.data(), options, state_, context, &data);
  return *this;
}
Regressor& Regressor::fit(const MatrixView& x, const Vector& y, const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Vector Regressor::predict(const MatrixView& x, const Context& context) const {
  const BoostedModel& model = fitted(state_, type_name);
  check_predict_data(type_name, x, model.trained_on, capabilities);
  return apply_link(model.link, model.predictor->scores(x, context), 0, context).col(0);
}

Booster Regressor::booster() const {
  fitted(state_, type_name);
  return Booster(state_);
}
const TreeEnsemble& Regressor::trees() const { return fitted(state_, type_name).ensemble; }
int Regressor::n_iter() const { return fitted(state_, type_name).n_iter(); }
Vector Regressor::feature_importances() const { return booster().feature_importances(); }
const TrainedOn& Regressor::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& Regressor::report() const { return fitted(state_, type_name).report; }
Value Regressor::save_state() const { return boosted_to_value(fitted(state_, type_name)); }

Regressor Regressor::load_state(const GradientBoostingParams& params, const StateReader& reader) {
  Regressor model(params);
  model.state_ = std::make_shared<const BoostedModel>(boosted_from_value(TargetKind::real, reader));
  return model;
}

}  // namespace grove
