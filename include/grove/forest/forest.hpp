#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/tree/cart_options.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

/// random_forest: trees on bootstrap samples, with the best threshold of each column drawn (Breiman
/// 2001). extra_trees: trees on all rows, with one random threshold per column (Geurts, Ernst &
/// Wehenkel 2006).
enum class ForestKind { random_forest, extra_trees };

/// Parameters of single trees mean what they do in DecisionTreeClassifierParams.
template <ForestKind kind>
struct ForestClassifierParams {
  int n_estimators = 100;
  ClassCriterion criterion = ClassCriterion::gini;
  std::optional<int> max_depth = {};
  int min_samples_split = 2;
  int min_samples_leaf = 1;
  double min_weight_fraction_leaf = 0;
  MaxFeatures max_features = MaxFeatures::Rule::sqrt;
  std::optional<int> max_leaf_nodes = {};
  double min_impurity_decrease = 0;
  /// Whether each tree sees rows drawn with replacement; a row drawn twice counts as two.
  bool bootstrap = kind == ForestKind::random_forest;
  /// Rows drawn for each tree, as a share of all; only with bootstrap.
  double max_samples = 1;
  /// Whether to let every tree predict the rows it has not seen; needs bootstrap.
  bool oob_score = false;
  ClassWeight class_weight = ClassWeight::none;
  double ccp_alpha = 0;
  std::uint64_t seed = 0;
  static const Schema<ForestClassifierParams>& schema();
};

template <ForestKind kind>
struct ForestRegressorParams {
  int n_estimators = 100;
  RegressionCriterion criterion = RegressionCriterion::squared_error;
  std::optional<int> max_depth = {};
  int min_samples_split = 2;
  int min_samples_leaf = 1;
  double min_weight_fraction_leaf = 0;
  MaxFeatures max_features = MaxFeatures::Rule::all;
  std::optional<int> max_leaf_nodes = {};
  double min_impurity_decrease = 0;
  bool bootstrap = kind == ForestKind::random_forest;
  double max_samples = 1;
  bool oob_score = false;
  double ccp_alpha = 0;
  std::uint64_t seed = 0;
  static const Schema<ForestRegressorParams>& schema();
};

struct ForestModel;

/// Many trees whose class shares are averaged. Missing values and categorical columns as in
/// DecisionTreeClassifier. With bootstrap, rows are drawn in proportion to their weights: whole
/// weights count repeated rows, and there are as many draws; with other weights, as many as there
/// are rows with weight. Tree t draws from a stream of its own, so the model is the same for any
/// number of threads. Fit: as n_estimators trees, in parallel; memory 2 bytes a value beside x.
template <ForestKind kind>
class ForestClassifier {
 public:
  using Params = ForestClassifierParams<kind>;
  static constexpr std::string_view type_name =
      kind == ForestKind::random_forest ? "RandomForestClassifier" : "ExtraTreesClassifier";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit ForestClassifier(Params params = {}) : params_(std::move(params)) {}
  const Params& params() const { return params_; }
  ForestClassifier& fit(const Dataset& data, const Context& context = {});
  ForestClassifier& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// n x n_estimators: the leaf of each row in each tree.
  Eigen::MatrixXi apply(const MatrixView& x, const Context& context = {}) const;
  /// n x n: the share of trees in which two rows share a leaf (Breiman 2001). O(n^2 n_estimators).
  Matrix proximity(const MatrixView& x, const Context& context = {}) const;
  /// Share of each column in the decrease of impurity, averaged over trees; sums to 1.
  Vector feature_importances() const;
  const TreeEnsemble& trees() const;
  /// Accuracy, by weight, of the trees on the training rows that they have not seen. Throws
  /// Unsupported unless fitted with oob_score.
  double oob_score() const;
  /// n x K: class shares of the training rows, from those trees; NaN for rows that all have seen.
  const Matrix& oob_decision_function() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static ForestClassifier load_state(const Params& params, const StateReader& reader);

 private:
  Params params_;
  std::shared_ptr<const ForestModel> state_;
};

/// The same for real targets: the mean of the trees' means. oob_score() is R^2, oob_prediction()
/// has one value a row.
template <ForestKind kind>
class ForestRegressor {
 public:
  using Params = ForestRegressorParams<kind>;
  static constexpr std::string_view type_name =
      kind == ForestKind::random_forest ? "RandomForestRegressor" : "ExtraTreesRegressor";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit ForestRegressor(Params params = {}) : params_(std::move(params)) {}
  const Params& params() const { return params_; }
  ForestRegressor& fit(const Dataset& data, const Context& context = {});
  ForestRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  Eigen::MatrixXi apply(const MatrixView& x, const Context& context = {}) const;
  Matrix proximity(const MatrixView& x, const Context& context = {}) const;
  Vector feature_importances() const;
  const TreeEnsemble& trees() const;
  double oob_score() const;
  Vector oob_prediction() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static ForestRegressor load_state(const Params& params, const StateReader& reader);

 private:
  Params params_;
  std::shared_ptr<const ForestModel> state_;
};

using RandomForestClassifierParams = ForestClassifierParams<ForestKind::random_forest>;
using RandomForestRegressorParams = ForestRegressorParams<ForestKind::random_forest>;
using ExtraTreesClassifierParams = ForestClassifierParams<ForestKind::extra_trees>;
using ExtraTreesRegressorParams = ForestRegressorParams<ForestKind::extra_trees>;
using RandomForestClassifier = ForestClassifier<ForestKind::random_forest>;
using RandomForestRegressor = ForestRegressor<ForestKind::random_forest>;
using ExtraTreesClassifier = ForestClassifier<ForestKind::extra_trees>;
using ExtraTreesRegressor = ForestRegressor<ForestKind::extra_trees>;

}  // namespace grove
