#include "grove/boosting/gradient_boosting.hpp"

#include "boosting/boosted_model.hpp"
#include "core/not_fitted.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

const Schema<GradientBoostingParams>& GradientBoostingParams::schema() {
  using P = GradientBoostingParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_estimators", &P::n_estimators, at_least(1), "Rounds of boosting.")
          .add("learning_rate", &P::learning_rate, above_up_to(0, 1),
               "How much of each tree is added.")
          .add("max_leaf_nodes", &P::max_leaf_nodes, at_least(2), "Leaves of a tree.")
          .add("max_depth", &P::max_depth, at_least(1), "Depth of a tree; none = no limit.")
          .add("min_samples_leaf", &P::min_samples_leaf, at_least(1),
               "Rows, by weight, that a leaf needs.")
          .add("l2_regularization", &P::l2_regularization, at_least(0),
               "Added to the hessian of every leaf.")
          .add("min_split_gain", &P::min_split_gain, at_least(0), "Gain that a split needs.")
          .add("max_bins", &P::max_bins, between(2, 255),
               "Bins of a column, without the one for missing values.")
          .add("subsample", &P::subsample, above_up_to(0, 1),
               "Share of the rows that each round sees.")
          .add("early_stopping", &P::early_stopping,
               "Whether to hold out rows and stop when they gain no more.")
          .add("validation_fraction", &P::validation_fraction, strictly_between(0, 1),
               "Share of the rows held out.")
          .add("n_iter_no_change", &P::n_iter_no_change, at_least(1),
               "Rounds without gain before stopping.")
          .add("tol", &P::tol, at_least(0), "What counts as a gain of the held-out loss.")
          .add("seed", &P::seed, at_least(0), "Seed of subsampling and of the held-out rows.");
  return table;
}

namespace {

Vector importances_of(const BoostedModel& model) {
  Vector gains = Vector::Zero(model.trained_on.n_columns());
  for (const Tree& tree : model.ensemble.trees)
    for (const TreeNode& node : tree.nodes)
      if (node.left != 0) gains(node.feature) += node.gain;
  const double total = gains.sum();
  return total > 0 ? Vector(gains / total) : gains;
}

template <class Params>
std::shared_ptr<const BoostedModel> fit_model(std::string_view who, const Params& params, Loss loss,
                                              TargetKind target, const Capabilities& capabilities,
                                              const Dataset& data, const Context& context) {
  Params::schema().check(params, who);
  check_fit_data(who, data, target, capabilities);
  const FitScope scope(context);
  auto model =
      std::make_shared<BoostedModel>(fit_boosted(who, params, loss, data, scope.context()));
  model->report = scope.finish(std::move(model->report));
  return model;
}

}  // namespace

GradientBoostingClassifier& GradientBoostingClassifier::fit(const Dataset& data,
                                                            const Context& context) {
  state_ = fit_model(type_name, params_, Loss::log_loss, TargetKind::labels, capabilities, data,
                     context);
  return *this;
}

GradientBoostingClassifier& GradientBoostingClassifier::fit(const MatrixView& x, const Labels& y,
                                                            const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Matrix GradientBoostingClassifier::predict_proba(const MatrixView& x,
                                                 const Context& context) const {
  const BoostedModel& model = fitted(state_, type_name);
  check_predict_data(type_name, x, model.trained_on, capabilities);
  return probabilities_of(model.raw_scores(x, context), model.trained_on.n_classes());
}

Labels GradientBoostingClassifier::predict(const MatrixView& x, const Context& context) const {
  const Matrix proba = predict_proba(x, context);
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i) proba.row(i).maxCoeff(&labels(i));
  return labels;
}

int GradientBoostingClassifier::n_iter() const { return fitted(state_, type_name).n_iter(); }
Vector GradientBoostingClassifier::feature_importances() const {
  return importances_of(fitted(state_, type_name));
}
const TrainedOn& GradientBoostingClassifier::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& GradientBoostingClassifier::report() const {
  return fitted(state_, type_name).report;
}
Value GradientBoostingClassifier::save_state() const {
  return boosted_to_value(fitted(state_, type_name));
}

GradientBoostingClassifier GradientBoostingClassifier::load_state(
    const GradientBoostingParams& params, const StateReader& reader) {
  GradientBoostingClassifier model(params);
  model.state_ =
      std::make_shared<const BoostedModel>(boosted_from_value(params, Loss::log_loss, reader));
  return model;
}

GradientBoostingRegressor& GradientBoostingRegressor::fit(const Dataset& data,
                                                          const Context& context) {
  state_ = fit_model(type_name, params_, Loss::squared_error, TargetKind::real, capabilities, data,
                     context);
  return *this;
}

GradientBoostingRegressor& GradientBoostingRegressor::fit(const MatrixView& x, const Vector& y,
                                                          const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

Vector GradientBoostingRegressor::predict(const MatrixView& x, const Context& context) const {
  const BoostedModel& model = fitted(state_, type_name);
  check_predict_data(type_name, x, model.trained_on, capabilities);
  return model.raw_scores(x, context).col(0);
}

int GradientBoostingRegressor::n_iter() const { return fitted(state_, type_name).n_iter(); }
Vector GradientBoostingRegressor::feature_importances() const {
  return importances_of(fitted(state_, type_name));
}
const TrainedOn& GradientBoostingRegressor::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& GradientBoostingRegressor::report() const {
  return fitted(state_, type_name).report;
}
Value GradientBoostingRegressor::save_state() const {
  return boosted_to_value(fitted(state_, type_name));
}

GradientBoostingRegressor GradientBoostingRegressor::load_state(
    const GradientBoostingParams& params, const StateReader& reader) {
  GradientBoostingRegressor model(params);
  model.state_ =
      std::make_shared<const BoostedModel>(boosted_from_value(params, Loss::squared_error, reader));
  return model;
}

}  // namespace grove
