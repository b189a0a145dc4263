#pragma once

#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct RidgeParams {
  /// Strength of the penalty alpha |coef|^2; 0 = least squares.
  double alpha = 1.0;
  bool fit_intercept = true;
  static const Schema<RidgeParams>& schema();
};

/// Least squares with an L2 penalty (never on the intercept): minimises sum_i w_i (y_i - f_i)^2 +
/// alpha |coef|^2. By a QR decomposition with the penalty as extra rows: O(n d^2 + d^3), exact also
/// for tiny alpha. Values beyond 1e100 throw InvalidData.
class Ridge {
 public:
  using Params = RidgeParams;
  static constexpr std::string_view type_name = "Ridge";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = false};

  explicit Ridge(RidgeParams params = {}) : params_(std::move(params)) {}
  const RidgeParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  Ridge& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y is finite.
  Ridge& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  /// One coefficient per column.
  const Vector& coef() const;
  double intercept() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static Ridge load_state(const RidgeParams& params, const StateReader& reader);

 private:
  struct State;
  RidgeParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
