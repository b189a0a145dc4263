#include "grove/boosting/gradient_boosting_params.hpp"

#include <algorithm>
#include <array>

namespace grove {

std::span<const EnumName<GrowPolicy>> enum_names(GrowPolicy) {
  static constexpr std::array<EnumName<GrowPolicy>, 2> names{
      {{GrowPolicy::leaf_wise, "leaf_wise"}, {GrowPolicy::depth_wise, "depth_wise"}}};
  return names;
}

std::span<const EnumName<TreeMethod>> enum_names(TreeMethod) {
  static constexpr std::array<EnumName<TreeMethod>, 2> names{
      {{TreeMethod::hist, "hist"}, {TreeMethod::exact, "exact"}}};
  return names;
}

std::span<const EnumName<BoosterKind>> enum_names(BoosterKind) {
  static constexpr std::array<EnumName<BoosterKind>, 2> names{
      {{BoosterKind::gbtree, "gbtree"}, {BoosterKind::dart, "dart"}}};
  return names;
}

std::span<const EnumName<RowSampling>> enum_names(RowSampling) {
  static constexpr std::array<EnumName<RowSampling>, 3> names{
      {{RowSampling::uniform, "uniform"}, {RowSampling::goss, "goss"}, {RowSampling::mvs, "mvs"}}};
  return names;
}

namespace {

Constraint directions() {
  return {[](const Value& value) {
            const auto list = ParamType<std::vector<int>>::from(value);
            return list &&
                   std::all_of(list->begin(), list->end(), [](int v) { return v >= -1 && v <= 1; });
          },
          "-1, 0 or 1 for every column"};
}

}  // namespace

// Search: leaves (here up to 256), rows of a leaf and L2 penalty as FLAML has them for LightGBM
// (Wang, Wu, Weimer & Zhu 2021); shares of rows and columns as Grinsztajn, Oyallon & Varoquaux
// 2022. Rounds and learning rate stay where tens of candidates find good pairs.
const Schema<GradientBoostingParams>& GradientBoostingParams::schema() {
  using P = GradientBoostingParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_estimators", &P::n_estimators, at_least(1), "Rounds of boosting.")
          .add("learning_rate", &P::learning_rate, above_up_to(0, 1),
               "How much of each tree is added.")
          .add("loss", &P::loss, "What is made small; automatic: by the kind of target.")
          .add("quantile", &P::quantile, strictly_between(0, 1), "Level of loss = quantile.")
          .add("huber_delta", &P::huber_delta, greater_than(0),
               "Error from which on loss = huber is linear.")
          .add("tweedie_power", &P::tweedie_power, between(1, 2),
               "Variance power of loss = tweedie.")
          .add("ndcg_at", &P::ndcg_at, at_least(0),
               "Best places that lambdarank looks at; 0 = all.")
          .add("tree_method", &P::tree_method,
               "hist: up to max_bins bins a column; exact: all distinct values.")
          .add("grow_policy", &P::grow_policy,
               "leaf_wise: the largest gain next; depth_wise: level by level.")
          .add("max_leaf_nodes", &P::max_leaf_nodes, at_least(2),
               "Leaves of a tree; none = no limit.")
          .add("max_depth", &P::max_depth, at_least(1), "Depth of a tree; none = no limit.")
          .add("min_samples_leaf", &P::min_samples_leaf, at_least(1),
               "Rows, by weight, that a leaf needs.")
          .add("min_child_weight", &P::min_child_weight, at_least(0),
               "Sum of hessians that a leaf needs.")
          .add("min_split_gain", &P::min_split_gain, at_least(0), "Gain that a split needs.")
          .add("l1_regularization", &P::l1_regularization, at_least(0),
               "Taken off the gradient sum of every leaf.")
          .add("l2_regularization", &P::l2_regularization, at_least(0),
               "Added to the hessian sum of every leaf.")
          .add("max_delta_step", &P::max_delta_step, greater_than(0),
               "Largest value of a leaf before the learning rate; none: 10 for log_loss, else no "
               "limit.")
          .add("max_bins", &P::max_bins, between(2, 65535),
               "Bins of a column, without the one for missing values.")
          .add("enable_bundling", &P::enable_bundling,
               "Whether columns that are never away from their commonest value together share "
               "bytes.")
          .add("sampling", &P::sampling, "How the rows of a round are drawn.")
          .add("subsample", &P::subsample, above_up_to(0, 1),
               "Share of the rows that each round sees (uniform, mvs).")
          .add("top_rate", &P::top_rate, strictly_between(0, 1),
               "Share of the rows with the largest gradients that goss keeps.")
          .add("other_rate", &P::other_rate, strictly_between(0, 1),
               "Share of the rows that goss draws from the rest.")
          .add("colsample_bytree", &P::colsample_bytree, above_up_to(0, 1),
               "Share of the columns that a tree may use.")
          .add("colsample_bylevel", &P::colsample_bylevel, above_up_to(0, 1),
               "Share of the tree's columns that a level may use.")
          .add("colsample_bynode", &P::colsample_bynode, above_up_to(0, 1),
               "Share of the level's columns that a node may use.")
          .add("booster", &P::booster, "gbtree, or dart, which leaves earlier trees out at random.")
          .add("rate_drop", &P::rate_drop, between(0, 1),
               "Probability that dart leaves a round out.")
          .add("skip_drop", &P::skip_drop, between(0, 1), "Probability that dart leaves none out.")
          .add("linear_leaves", &P::linear_leaves,
               "Whether leaves answer with a line through the numeric columns of their path.")
          .add("linear_lambda", &P::linear_lambda, at_least(0), "L2 penalty of those lines.")
          .add("monotonic_cst", &P::monotonic_cst, directions(),
               "Per column: 1 = predictions rise with it, -1 = they fall, 0 = free; empty = none.")
          .add("interaction_cst", &P::interaction_cst, anything("sets of column names"),
               "Sets of columns, as \"age,hours\"; the columns of a path lie in one set.")
          .add("class_weight", &P::class_weight, "balanced: every class weighs the same.")
          .add("base_score", &P::base_score, anything("a finite number"),
               "Score to start from, before the link; none = the best constant.")
          .add("early_stopping", &P::early_stopping,
               "Whether to hold out rows and stop when they gain no more.")
          .add("validation_fraction", &P::validation_fraction, strictly_between(0, 1),
               "Share of the rows held out; whole groups where the data has groups.")
          .add("n_iter_no_change", &P::n_iter_no_change, at_least(1),
               "Rounds without gain before stopping.")
          .add("tol", &P::tol, at_least(0), "What counts as a gain of the held-out loss.")
          .add("warm_start", &P::warm_start,
               "Whether fit adds rounds to the fitted model up to n_estimators.")
          .add("seed", &P::seed, at_least(0), "Seed of all that is drawn.")
          .search("n_estimators", log_integers(20, 500))
          .search("learning_rate", log_reals(0.01, 0.5))
          .search("max_leaf_nodes", log_integers(4, 256))
          .search("min_samples_leaf", log_integers(2, 128))
          .search("l2_regularization", log_reals(1e-3, 1e3))
          .search("subsample", reals(0.5, 1))
          .search("colsample_bytree", reals(0.5, 1));
  return table;
}

}  // namespace grove
