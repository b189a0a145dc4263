#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct GradientBoostingParams {
  int n_estimators = 100;
  double learning_rate = 0.1;
  int max_leaf_nodes = 31;
  std::optional<int> max_depth = {};
  int min_samples_leaf = 20;
  double l2_regularization = 0.0;
  double min_split_gain = 0.0;
  int max_bins = 255;
  double subsample = 1.0;
  bool early_stopping = false;
  double validation_fraction = 0.1;
  int n_iter_no_change = 10;
  double tol = 1e-7;
  std::uint64_t seed = 0;
  static const Schema<GradientBoostingParams>& schema();
};

struct BoostedModel;

/// Gradient-boosted trees for classes: histograms of up to 255 bins, leaf-wise growth, log loss
/// (one tree a round for two classes, K for more). Friedman, "Greedy function approximation",
/// Annals of Statistics 29 (2001); Chen & Guestrin, KDD 2016; Ke et al., NIPS 2017.
///
/// Missing values go to the side that gains more (to the heavier one if none were seen in
/// training); categorical columns are split into sets, ordered by gradient over hessian, and unseen
/// categories count as missing. Sums are integers, so that the model is the same for any number of
/// threads. min_samples_leaf counts sample weight. With early stopping a share of the rows, drawn
/// by `seed`, is held out and the model is cut back to its best round. Fit: O(n_estimators * n * d
/// * log(max_leaf_nodes)) at worst; memory n * d bytes beside x.
class GradientBoostingClassifier {
 public:
  using Params = GradientBoostingParams;
  static constexpr std::string_view type_name = "GradientBoostingClassifier";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit GradientBoostingClassifier(GradientBoostingParams params = {})
      : params_(std::move(params)) {}
  const GradientBoostingParams& params() const { return params_; }
  GradientBoostingClassifier& fit(const Dataset& data, const Context& context = {});
  GradientBoostingClassifier& fit(const MatrixView& x, const Labels& y,
                                  const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// Rounds of the model; fewer than n_estimators after early stopping.
  int n_iter() const;
  /// Share of the total gain by column; sums to 1, all 0 if no tree has a split.
  Vector feature_importances() const;
  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static GradientBoostingClassifier load_state(const GradientBoostingParams& params,
                                               const StateReader& reader);

 private:
  GradientBoostingParams params_;
  std::shared_ptr<const BoostedModel> state_;
};

/// The same for real targets, with squared error. Targets further than 1e100 from 0 throw
/// InvalidData.
class GradientBoostingRegressor {
 public:
  using Params = GradientBoostingParams;
  static constexpr std::string_view type_name = "GradientBoostingRegressor";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit GradientBoostingRegressor(GradientBoostingParams params = {})
      : params_(std::move(params)) {}
  const GradientBoostingParams& params() const { return params_; }
  GradientBoostingRegressor& fit(const Dataset& data, const Context& context = {});
  GradientBoostingRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  int n_iter() const;
  Vector feature_importances() const;
  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static GradientBoostingRegressor load_state(const GradientBoostingParams& params,
                                              const StateReader& reader);

 private:
  GradientBoostingParams params_;
  std::shared_ptr<const BoostedModel> state_;
};

}  // namespace grove
