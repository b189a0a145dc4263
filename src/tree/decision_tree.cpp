#include "grove/tree/decision_tree.hpp"

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "tree/cart_model.hpp"
#include "tree/pruning.hpp"

namespace grove {

// Search: max_depth as in Kühn, Probst, Thomas & Bischl 2018, the others as mlr3tuningspaces has
// them for rpart. ccp_alpha has the unit of the impurity: a range is possible for classes alone.
const Schema<DecisionTreeClassifierParams>& DecisionTreeClassifierParams::schema() {
  using P = DecisionTreeClassifierParams;
  static const Schema<P> table = [] {
    Schema<P> rows;
    return add_growth(rows)
        .add("splitter", &P::splitter, "The best threshold of a column, or a random one.")
        .add("class_weight", &P::class_weight, "Weights of the classes: none or balanced.")
        .search("max_depth", integers(1, 30))
        .search("min_samples_split", log_integers(2, 128))
        .search("min_samples_leaf", log_integers(1, 64))
        .search("ccp_alpha", log_reals(1e-4, 0.1));
  }();
  return table;
}

const Schema<DecisionTreeRegressorParams>& DecisionTreeRegressorParams::schema() {
  using P = DecisionTreeRegressorParams;
  static const Schema<P> table = [] {
    Schema<P> rows;
    return add_growth(rows)
        .add("splitter", &P::splitter, "The best threshold of a column, or a random one.")
        .search("max_depth", integers(1, 30))
        .search("min_samples_split", log_integers(2, 128))
        .search("min_samples_leaf", log_integers(1, 64));
  }();
  return table;
}

namespace {

CartTarget target_of(std::string_view who, const DecisionTreeClassifierParams& params,
                     const Dataset& data) {
  return class_target(
      who, data, data.weights_or_ones(),
      class_factors(params.class_weight, data.labels(), data.weights_or_ones(), data.n_classes()),
      0);
}
CartTarget target_of(std::string_view who, const DecisionTreeRegressorParams& params,
                     const Dataset& data) {
  return real_target(who, data, data.weights_or_ones(), impurity_of(params.criterion), 0);
}

template <class Params>
GrownTree grow(std::string_view who, const Params& params, TargetKind kind,
               const Capabilities& capabilities, const Dataset& data, const Context& context) {
  Params::schema().check(params, who);
  check_fit_data(who, data, kind, capabilities);
  const CartTarget target = target_of(who, params, data);
  const RankTable columns = rank_columns(data, context);
  return cart_grower(who, columns, target, cart_params(params, params.splitter, data.n_columns()))
      ->grow({}, Rng(params.seed), context);
}

template <class Params>
std::shared_ptr<const CartModel> fit_tree(std::string_view who, const Params& params,
                                          TargetKind kind, const Capabilities& capabilities,
                                          const Dataset& data, const Context& context) {
  const FitScope scope(context);
  auto model = std::make_shared<CartModel>();
  model->trained_on = TrainedOn(data);
  model->ensemble.trees.push_back(
      grow(who, params, kind, capabilities, data, scope.context()).tree);
  model->ensemble.base = Vector::Zero(model->ensemble.trees.front().n_outputs);
  model->report = scope.finish({.iterations = 1});
  return model;
}

template <class Params>
PruningPath path_of(std::string_view who, Params params, TargetKind kind,
                    const Capabilities& capabilities, const Dataset& data, const Context& context) {
  params.ccp_alpha = 0;
  return pruning_path(grow(who, params, kind, capabilities, data, context));
}

const CartModel& ready(const std::shared_ptr<const CartModel>& state, std::string_view who,
                       const MatrixView& x, const Capabilities& capabilities) {
  const CartModel& model = fitted(state, who);
  check_predict_data(who, x, model.trained_on, capabilities);
  return model;
}

CartModel one_tree_from(bool classes, const StateReader& reader) {
  CartModel model = cart_from_value(classes, reader);
  if (model.ensemble.trees.size() != 1) reader.fail("must have one tree");
  model.report.iterations = 1;
  return model;
}

}  // namespace

DecisionTreeClassifier& DecisionTreeClassifier::fit(const Dataset& data, const Context& context) {
  state_ = fit_tree(type_name, params_, TargetKind::labels, capabilities, data, context);
  return *this;
}
DecisionTreeClassifier& DecisionTreeClassifier::fit(const MatrixView& x, const Labels& y,
                                                    const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}
Matrix DecisionTreeClassifier::predict_proba(const MatrixView& x, const Context& context) const {
  return mean_of_trees(ready(state_, type_name, x, capabilities).ensemble, x, context);
}
Labels DecisionTreeClassifier::predict(const MatrixView& x, const Context& context) const {
  return argmax_rows(predict_proba(x, context));
}
Labels DecisionTreeClassifier::apply(const MatrixView& x, const Context& context) const {
  return leaves_of(ready(state_, type_name, x, capabilities).ensemble, x, context).col(0);
}
Vector DecisionTreeClassifier::feature_importances() const {
  return importances_of(fitted(state_, type_name));
}
int DecisionTreeClassifier::depth() const { return trees().trees.front().depth(); }
int DecisionTreeClassifier::n_leaves() const { return trees().trees.front().n_leaves(); }
const TreeEnsemble& DecisionTreeClassifier::trees() const {
  return fitted(state_, type_name).ensemble;
}
PruningPath DecisionTreeClassifier::cost_complexity_pruning_path(const Dataset& data,
                                                                 const Context& context) const {
  return path_of(type_name, params_, TargetKind::labels, capabilities, data, context);
}
const TrainedOn& DecisionTreeClassifier::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& DecisionTreeClassifier::report() const { return fitted(state_, type_name).report; }
Value DecisionTreeClassifier::save_state() const {
  return cart_to_value(fitted(state_, type_name));
}
DecisionTreeClassifier DecisionTreeClassifier::load_state(
    const DecisionTreeClassifierParams& params, const StateReader& reader) {
  DecisionTreeClassifier model(params);
  model.state_ = std::make_shared<const CartModel>(one_tree_from(true, reader));
  return model;
}

DecisionTreeRegressor& DecisionTreeRegressor::fit(const Dataset& data, const Context& context) {
  state_ = fit_tree(type_name, params_, TargetKind::real, capabilities, data, context);
  return *this;
}
DecisionTreeRegressor& DecisionTreeRegressor::fit(const MatrixView& x, const Vector& y,
                                                  const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}
Vector DecisionTreeRegressor::predict(const MatrixView& x, const Context& context) const {
  return mean_of_trees(ready(state_, type_name, x, capabilities).ensemble, x, context).col(0);
}
Labels DecisionTreeRegressor::apply(const MatrixView& x, const Context& context) const {
  return leaves_of(ready(state_, type_name, x, capabilities).ensemble, x, context).col(0);
}
Vector DecisionTreeRegressor::feature_importances() const {
  return importances_of(fitted(state_, type_name));
}
int DecisionTreeRegressor::depth() const { return trees().trees.front().depth(); }
int DecisionTreeRegressor::n_leaves() const { return trees().trees.front().n_leaves(); }
const TreeEnsemble& DecisionTreeRegressor::trees() const {
  return fitted(state_, type_name).ensemble;
}
PruningPath DecisionTreeRegressor::cost_complexity_pruning_path(const Dataset& data,
                                                                const Context& context) const {
  return path_of(type_name, params_, TargetKind::real, capabilities, data, context);
}
const TrainedOn& DecisionTreeRegressor::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& DecisionTreeRegressor::report() const { return fitted(state_, type_name).report; }
Value DecisionTreeRegressor::save_state() const { return cart_to_value(fitted(state_, type_name)); }
DecisionTreeRegressor DecisionTreeRegressor::load_state(const DecisionTreeRegressorParams& params,
                                                        const StateReader& reader) {
  DecisionTreeRegressor model(params);
  model.state_ = std::make_shared<const CartModel>(one_tree_from(false, reader));
  return model;
}

}  // namespace grove
