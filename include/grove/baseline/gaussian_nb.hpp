#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct GaussianNBParams {
  /// Share of the largest column variance that is added to every variance.
  double var_smoothing = 1e-9;
  /// Class probabilities, one per class with sum 1; empty = the class frequencies.
  std::vector<double> priors = {};
  static const Schema<GaussianNBParams>& schema();
};

/// Gaussian naive Bayes: in each class every column is normal and independent of the others.
/// Weighted moments by two passes, O(n d); prediction O(n d K). If every column is constant,
/// var_smoothing itself is added. A variance that is still 0, values beyond 1e100, and rows whose
/// likelihood is 0 under every class throw InvalidData. A class without rows has theta 0 and var 1.
class GaussianNB {
 public:
  using Params = GaussianNBParams;
  static constexpr std::string_view type_name = "GaussianNB";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = false};

  explicit GaussianNB(GaussianNBParams params = {}) : params_(std::move(params)) {}
  const GaussianNBParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  GaussianNB& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y holds the codes 0..K-1.
  GaussianNB& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x K: one column per class of the data set, 0 for a class without rows.
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;

  /// K x d: mean and variance (with the smoothing) of each column in each class.
  const Matrix& theta() const;
  const Matrix& var() const;
  const Vector& class_prior() const;
  /// What was added to the variances.
  double epsilon() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static GaussianNB load_state(const GaussianNBParams& params, const StateReader& reader);

 private:
  struct State;
  GaussianNBParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
