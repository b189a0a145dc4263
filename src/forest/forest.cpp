#include "grove/forest/forest.hpp"

#include "core/not_fitted.hpp"
#include "forest/forest_model.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

namespace {

template <class Params>
Schema<Params>& add_forest(Schema<Params>& table) {
  using P = Params;
  table.add("n_estimators", &P::n_estimators, at_least(1), "Trees.");
  return add_growth(table)
      .add("bootstrap", &P::bootstrap, "Whether each tree sees rows drawn with replacement.")
      .add("max_samples", &P::max_samples, above_up_to(0, 1),
           "Rows drawn for a tree, as a share of all; only with bootstrap.")
      .add("oob_score", &P::oob_score, "Whether trees predict the rows that they have not seen.");
}

// Search: columns as Grinsztajn, Oyallon & Varoquaux 2022, rows of a leaf too; shares of rows as
// Kühn, Probst, Thomas & Bischl 2018. The number of trees is left alone: more are never worse on
// average (Probst & Boulesteix, "To tune or not to tune the number of trees in random forest", JMLR
// 2018).
template <class Params>
Schema<Params>& add_forest_space(Schema<Params>& table, ForestKind kind) {
  table.search("max_features", choices({"sqrt", "log2", "all"}))
      .search("min_samples_leaf", log_integers(1, 50));
  // The extra trees see all rows.
  return kind == ForestKind::random_forest ? table.search("max_samples", reals(0.1, 1)) : table;
}

template <class Params>
ForestPlan plan_of(std::string_view who, const Params& params, ForestKind kind, Index n_columns) {
  const SplitRule rule = kind == ForestKind::random_forest ? SplitRule::best : SplitRule::random;
  return {.who = who,
          .n_estimators = params.n_estimators,
          .bootstrap = params.bootstrap,
          .max_samples = params.max_samples,
          .oob_score = params.oob_score,
          .seed = params.seed,
          .cart = cart_params(params, rule, n_columns)};
}

std::shared_ptr<const ForestModel> fit_model(const ForestPlan& plan, const Dataset& data,
                                             const Context& context) {
  const FitScope scope(context);
  auto model = std::make_shared<ForestModel>(fit_forest(plan, data, scope.context()));
  model->cart.report = scope.finish(std::move(model->cart.report));
  return model;
}

const ForestModel& ready(const std::shared_ptr<const ForestModel>& state, std::string_view who,
                         const MatrixView& x, const Capabilities& capabilities) {
  const ForestModel& model = fitted(state, who);
  check_predict_data(who, x, model.cart.trained_on, capabilities);
  return model;
}

}  // namespace

template <ForestKind kind>
const Schema<ForestClassifierParams<kind>>& ForestClassifierParams<kind>::schema() {
  using P = ForestClassifierParams;
  static const Schema<P> table = [] {
    Schema<P> rows;
    add_forest(rows).add("class_weight", &P::class_weight,
                         "Weights of the classes: none or balanced.");
    return add_forest_space(rows, kind);
  }();
  return table;
}

template <ForestKind kind>
const Schema<ForestRegressorParams<kind>>& ForestRegressorParams<kind>::schema() {
  static const Schema<ForestRegressorParams> table = [] {
    Schema<ForestRegressorParams> rows;
    return add_forest_space(add_forest(rows), kind);
  }();
  return table;
}

template <ForestKind kind>
ForestClassifier<kind>& ForestClassifier<kind>::fit(const Dataset& data, const Context& context) {
  Params::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  ForestPlan plan = plan_of(type_name, params_, kind, data.n_columns());
  plan.class_weight = params_.class_weight;
  state_ = fit_model(plan, data, context);
  return *this;
}
template <ForestKind kind>
ForestClassifier<kind>& ForestClassifier<kind>::fit(const MatrixView& x, const Labels& y,
                                                    const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}
template <ForestKind kind>
Matrix ForestClassifier<kind>::predict_proba(const MatrixView& x, const Context& context) const {
  return mean_of_trees(ready(state_, type_name, x, capabilities).cart.ensemble, x, context);
}
template <ForestKind kind>
Labels ForestClassifier<kind>::predict(const MatrixView& x, const Context& context) const {
  return argmax_rows(predict_proba(x, context));
}
template <ForestKind kind>
Eigen::MatrixXi ForestClassifier<kind>::apply(const MatrixView& x, const Context& context) const {
  return leaves_of(ready(state_, type_name, x, capabilities).cart.ensemble, x, context);
}
template <ForestKind kind>
Matrix ForestClassifier<kind>::proximity(const MatrixView& x, const Context& context) const {
  return proximity_of(ready(state_, type_name, x, capabilities).cart, x, context);
}
template <ForestKind kind>
Vector ForestClassifier<kind>::feature_importances() const {
  return importances_of(fitted(state_, type_name).cart);
}
template <ForestKind kind>
const TreeEnsemble& ForestClassifier<kind>::trees() const {
  return fitted(state_, type_name).cart.ensemble;
}
template <ForestKind kind>
double ForestClassifier<kind>::oob_score() const {
  return with_oob(fitted(state_, type_name), type_name).oob_score;
}
template <ForestKind kind>
const Matrix& ForestClassifier<kind>::oob_decision_function() const {
  return with_oob(fitted(state_, type_name), type_name).oob;
}
template <ForestKind kind>
const TrainedOn& ForestClassifier<kind>::trained_on() const {
  return fitted(state_, type_name).cart.trained_on;
}
template <ForestKind kind>
const FitReport& ForestClassifier<kind>::report() const {
  return fitted(state_, type_name).cart.report;
}
template <ForestKind kind>
Value ForestClassifier<kind>::save_state() const {
  return forest_to_value(fitted(state_, type_name));
}
template <ForestKind kind>
ForestClassifier<kind> ForestClassifier<kind>::load_state(const Params& params,
                                                          const StateReader& reader) {
  ForestClassifier model(params);
  model.state_ = std::make_shared<const ForestModel>(forest_from_value(true, reader));
  return model;
}

template <ForestKind kind>
ForestRegressor<kind>& ForestRegressor<kind>::fit(const Dataset& data, const Context& context) {
  Params::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, capabilities);
  state_ = fit_model(plan_of(type_name, params_, kind, data.n_columns()), data, context);
  return *this;
}
template <ForestKind kind>
ForestRegressor<kind>& ForestRegressor<kind>::fit(const MatrixView& x, const Vector& y,
                                                  const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}
template <ForestKind kind>
Vector ForestRegressor<kind>::predict(const MatrixView& x, const Context& context) const {
  return mean_of_trees(ready(state_, type_name, x, capabilities).cart.ensemble, x, context).col(0);
}
template <ForestKind kind>
Eigen::MatrixXi ForestRegressor<kind>::apply(const MatrixView& x, const Context& context) const {
  return leaves_of(ready(state_, type_name, x, capabilities).cart.ensemble, x, context);
}
template <ForestKind kind>
Matrix ForestRegressor<kind>::proximity(const MatrixView& x, const Context& context) const {
  return proximity_of(ready(state_, type_name, x, capabilities).cart, x, context);
}
template <ForestKind kind>
Vector ForestRegressor<kind>::feature_importances() const {
  return importances_of(fitted(state_, type_name).cart);
}
template <ForestKind kind>
const TreeEnsemble& ForestRegressor<kind>::trees() const {
  return fitted(state_, type_name).cart.ensemble;
}
template <ForestKind kind>
double ForestRegressor<kind>::oob_score() const {
  return with_oob(fitted(state_, type_name), type_name).oob_score;
}
template <ForestKind kind>
Vector ForestRegressor<kind>::oob_prediction() const {
  return with_oob(fitted(state_, type_name), type_name).oob.col(0);
}
template <ForestKind kind>
const TrainedOn& ForestRegressor<kind>::trained_on() const {
  return fitted(state_, type_name).cart.trained_on;
}
template <ForestKind kind>
const FitReport& ForestRegressor<kind>::report() const {
  return fitted(state_, type_name).cart.report;
}
template <ForestKind kind>
Value ForestRegressor<kind>::save_state() const {
  return forest_to_value(fitted(state_, type_name));
}
template <ForestKind kind>
ForestRegressor<kind> ForestRegressor<kind>::load_state(const Params& params,
                                                        const StateReader& reader) {
  ForestRegressor model(params);
  model.state_ = std::make_shared<const ForestModel>(forest_from_value(false, reader));
  return model;
}

template struct ForestClassifierParams<ForestKind::random_forest>;
template struct ForestClassifierParams<ForestKind::extra_trees>;
template struct ForestRegressorParams<ForestKind::random_forest>;
template struct ForestRegressorParams<ForestKind::extra_trees>;
template class ForestClassifier<ForestKind::random_forest>;
template class ForestClassifier<ForestKind::extra_trees>;
template class ForestRegressor<ForestKind::random_forest>;
template class ForestRegressor<ForestKind::extra_trees>;

}  // namespace grove
