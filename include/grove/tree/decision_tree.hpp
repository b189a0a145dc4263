#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/tree/cart_options.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

struct DecisionTreeClassifierParams {
  ClassCriterion criterion = ClassCriterion::gini;
  SplitRule splitter = SplitRule::best;
  std::optional<int> max_depth = {};
  /// Rows, by weight, that a node needs to be split, and that a leaf needs. Whole weights count
  /// repeated rows; others are scaled to a mean of 1. 2 and 1 set no limit.
  int min_samples_split = 2;
  int min_samples_leaf = 1;
  /// Share of the total sample weight that a leaf needs.
  double min_weight_fraction_leaf = 0;
  MaxFeatures max_features = MaxFeatures::Rule::all;
  /// With a limit the tree grows best first: the largest decrease of impurity next.
  std::optional<int> max_leaf_nodes = {};
  /// Decrease of impurity, times the node's share of the weight, that a split needs.
  double min_impurity_decrease = 0;
  ClassWeight class_weight = ClassWeight::none;
  /// Complexity parameter of minimal cost-complexity pruning.
  double ccp_alpha = 0;
  std::uint64_t seed = 0;
  static const Schema<DecisionTreeClassifierParams>& schema();
};

struct DecisionTreeRegressorParams {
  RegressionCriterion criterion = RegressionCriterion::squared_error;
  SplitRule splitter = SplitRule::best;
  std::optional<int> max_depth = {};
  int min_samples_split = 2;
  int min_samples_leaf = 1;
  double min_weight_fraction_leaf = 0;
  MaxFeatures max_features = MaxFeatures::Rule::all;
  std::optional<int> max_leaf_nodes = {};
  double min_impurity_decrease = 0;
  double ccp_alpha = 0;
  std::uint64_t seed = 0;
  static const Schema<DecisionTreeRegressorParams>& schema();
};

/// The steps of pruning, from the full tree to the root: what each cost per leaf (ascending, from
/// 0), and the impurity of the leaves after it.
struct PruningPath {
  std::vector<double> ccp_alphas;
  std::vector<double> impurities;
};

struct CartModel;

/// A classification tree (Breiman, Friedman, Olshen & Stone, "Classification and regression trees",
/// 1984) with exact splits: x <= threshold goes left, thresholds half-way between neighbouring
/// values. Of equal splits the first column and the lowest threshold win.
///
/// Missing values go to the better side (where none were seen, to the heavier child). Categorical
/// columns are split into sets, the best of all for two classes; for more, categories are ordered
/// by the share of the node's most frequent class. Unseen categories are like missing values.
/// Probabilities are the class shares of the leaf. Sums are whole numbers: the order of the rows
/// changes nothing. Fit: O(n_columns * (n log n + depth * (n + distinct values / 64))); one thread
/// but for the ranking of columns.
class DecisionTreeClassifier {
 public:
  using Params = DecisionTreeClassifierParams;
  static constexpr std::string_view type_name = "DecisionTreeClassifier";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit DecisionTreeClassifier(DecisionTreeClassifierParams params = {})
      : params_(std::move(params)) {}
  const DecisionTreeClassifierParams& params() const { return params_; }
  DecisionTreeClassifier& fit(const Dataset& data, const Context& context = {});
  DecisionTreeClassifier& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// The node of the leaf that each row falls into; nodes are numbered depth first.
  Labels apply(const MatrixView& x, const Context& context = {}) const;
  /// Share of each column in the decrease of impurity; sums to 1, all 0 without splits.
  Vector feature_importances() const;
  int depth() const;
  int n_leaves() const;
  /// The one tree, with its class shares as outputs.
  const TreeEnsemble& trees() const;
  /// Of the tree that `data` would give without pruning. Needs no fit.
  PruningPath cost_complexity_pruning_path(const Dataset& data, const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static DecisionTreeClassifier load_state(const DecisionTreeClassifierParams& params,
                                           const StateReader& reader);

 private:
  DecisionTreeClassifierParams params_;
  std::shared_ptr<const CartModel> state_;
};

/// The same for real targets; leaves answer with their mean. Categories are ordered by mean target,
/// which is optimal for squared error. Throws InvalidData for targets beyond 1e100.
class DecisionTreeRegressor {
 public:
  using Params = DecisionTreeRegressorParams;
  static constexpr std::string_view type_name = "DecisionTreeRegressor";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit DecisionTreeRegressor(DecisionTreeRegressorParams params = {})
      : params_(std::move(params)) {}
  const DecisionTreeRegressorParams& params() const { return params_; }
  DecisionTreeRegressor& fit(const Dataset& data, const Context& context = {});
  DecisionTreeRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  Labels apply(const MatrixView& x, const Context& context = {}) const;
  Vector feature_importances() const;
  int depth() const;
  int n_leaves() const;
  const TreeEnsemble& trees() const;
  PruningPath cost_complexity_pruning_path(const Dataset& data, const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static DecisionTreeRegressor load_state(const DecisionTreeRegressorParams& params,
                                          const StateReader& reader);

 private:
  DecisionTreeRegressorParams params_;
  std::shared_ptr<const CartModel> state_;
};

}  // namespace grove
