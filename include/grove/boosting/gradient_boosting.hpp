#pragma once

#include <memory>

#include "grove/boosting/binned_dataset.hpp"
#include "grove/boosting/booster.hpp"
#include "grove/boosting/boosting_options.hpp"
#include "grove/boosting/gradient_boosting_params.hpp"
#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"

namespace grove {

/// Gradient-boosted trees for classes: log loss, one tree a round for two classes, K for more.
/// Friedman, "Greedy function approximation", Annals of Statistics 29 (2001); Chen & Guestrin,
/// "XGBoost", KDD 2016; Ke et al., "LightGBM", NIPS 2017.
///
/// Splits are found in histograms of up to max_bins bins, or exactly. Missing values go to the side
/// that gains more (to the one with more hessian if none were seen); categorical columns are split
/// into sets, ordered by gradient over hessian, and unseen categories count as missing. Sums are
/// whole numbers, so the model is the same for any number of threads. min_samples_leaf counts
/// sample weight. With early stopping a share of the rows (of every class; of the groups if there
/// are any), drawn by `seed`, is held out and the model is cut back to its best round.
/// Fit: O(n_estimators n d log(max_leaf_nodes)) at worst. Memory beside x: about 2 n d bytes and
/// (40 + 24 n_outputs) n. Throws InvalidData, InvalidParameter, Cancelled; a fit that throws leaves
/// the old model.
class GradientBoostingClassifier {
 public:
  using Params = GradientBoostingParams;
  static constexpr std::string_view type_name = "GradientBoostingClassifier";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit GradientBoostingClassifier(GradientBoostingParams params = {})
      : params_(std::move(params)) {}
  const GradientBoostingParams& params() const { return params_; }
  GradientBoostingClassifier& fit(const Dataset& data, const Context& context = {});
  GradientBoostingClassifier& fit(const Dataset& data, const BoostingOptions& options,
                                  const Context& context = {});
  GradientBoostingClassifier& fit(const BinnedDataset& data, const BoostingOptions& options = {},
                                  const Context& context = {});
  GradientBoostingClassifier& fit(const MatrixView& x, const Labels& y,
                                  const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  /// Scores before the link: n x 1 for two classes (positive: the second), else n x n_classes.
  Matrix decision_function(const MatrixView& x, const Context& context = {}) const;

  Booster booster() const;
  const TreeEnsemble& trees() const;
  /// Rounds of the model; fewer than n_estimators after early stopping.
  int n_iter() const;
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

/// The same for real targets; `loss` says which error (see BoostingLoss), and predictions are those
/// of the target, after the link. Targets further than 1e100 from 0, or outside the loss's domain,
/// throw InvalidData.
class GradientBoostingRegressor {
 public:
  using Params = GradientBoostingParams;
  static constexpr std::string_view type_name = "GradientBoostingRegressor";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit GradientBoostingRegressor(GradientBoostingParams params = {})
      : params_(std::move(params)) {}
  const GradientBoostingParams& params() const { return params_; }
  GradientBoostingRegressor& fit(const Dataset& data, const Context& context = {});
  GradientBoostingRegressor& fit(const Dataset& data, const BoostingOptions& options,
                                 const Context& context = {});
  GradientBoostingRegressor& fit(const BinnedDataset& data, const BoostingOptions& options = {},
                                 const Context& context = {});
  GradientBoostingRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  Booster booster() const;
  const TreeEnsemble& trees() const;
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
