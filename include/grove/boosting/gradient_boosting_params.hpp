#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "grove/boosting/eval_metric.hpp"
#include "grove/boosting/objective.hpp"
#include "grove/params/class_weight.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// Leaf-wise: the leaf with the largest gain is divided next. Depth-wise: level by level.
enum class GrowPolicy { leaf_wise, depth_wise };
std::span<const EnumName<GrowPolicy>> enum_names(GrowPolicy);

/// hist: splits between at most max_bins bins of a column. exact: between all distinct values.
enum class TreeMethod { hist, exact };
std::span<const EnumName<TreeMethod>> enum_names(TreeMethod);

/// gbtree: every tree is added for good. dart: some earlier trees are left out while a new one
/// grows, and all are scaled (Rashmi & Gilad-Bachrach, "DART", AISTATS 2015).
enum class BoosterKind { gbtree, dart };
std::span<const EnumName<BoosterKind>> enum_names(BoosterKind);

/// How the rows of a round are drawn. uniform: a share `subsample`. goss: the `top_rate` with the
/// largest gradients and `other_rate` of the rest, scaled up (Ke et al., "LightGBM", NIPS 2017).
/// mvs: with a probability that grows with the gradient, `subsample` of the rows on average, scaled
/// up by its inverse (Ibragimov & Gusev, "Minimal variance sampling", NeurIPS 2019).
enum class RowSampling { uniform, goss, mvs };
std::span<const EnumName<RowSampling>> enum_names(RowSampling);

/// Of the classifier, the regressor and the ranker. Names are scikit-learn's where it has the
/// thing, else XGBoost's.
struct GradientBoostingParams {
  int n_estimators = 100;
  double learning_rate = 0.1;
  /// automatic: log_loss for classes, squared_error for a real target, lambdarank for a ranking.
  BoostingLoss loss = BoostingLoss::automatic;
  double quantile = 0.5;
  double huber_delta = 1.0;
  double tweedie_power = 1.5;
  int ndcg_at = 0;

  TreeMethod tree_method = TreeMethod::hist;
  GrowPolicy grow_policy = GrowPolicy::leaf_wise;
  std::optional<int> max_leaf_nodes = 31;
  std::optional<int> max_depth = {};
  int min_samples_leaf = 20;
  double min_child_weight = 1e-3;
  double min_split_gain = 0.0;
  double l1_regularization = 0.0;
  double l2_regularization = 0.0;
  /// Largest value of a leaf, before the learning rate. none: 10 for log_loss, whose Newton steps
  /// diverge in rare classes otherwise; no limit for other losses.
  std::optional<double> max_delta_step = {};
  int max_bins = 255;
  bool enable_bundling = true;

  RowSampling sampling = RowSampling::uniform;
  double subsample = 1.0;
  double top_rate = 0.2;
  double other_rate = 0.1;
  double colsample_bytree = 1.0;
  double colsample_bylevel = 1.0;
  double colsample_bynode = 1.0;

  BoosterKind booster = BoosterKind::gbtree;
  double rate_drop = 0.1;
  double skip_drop = 0.5;
  bool linear_leaves = false;
  double linear_lambda = 1.0;

  /// Per column -1 (falling), 0 or 1 (rising); empty: none.
  std::vector<int> monotonic_cst = {};
  /// Sets of column names, as in {"age,hours", "age,sex"}: columns of one path lie in one set.
  /// Columns that are in none form a set of their own.
  std::vector<std::string> interaction_cst = {};
  ClassWeight class_weight = ClassWeight::none;
  std::optional<double> base_score = {};

  bool early_stopping = false;
  double validation_fraction = 0.1;
  int n_iter_no_change = 10;
  double tol = 1e-7;
  bool warm_start = false;
  std::uint64_t seed = 0;

  /// A loss of your own, in place of `loss`, and a metric for early stopping. Not written to model
  /// files: a loaded model predicts as before.
  Objective objective = {};
  EvalMetric eval_metric = {};

  static const Schema<GradientBoostingParams>& schema();
};

}  // namespace grove
