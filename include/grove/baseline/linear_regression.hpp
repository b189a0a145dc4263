#pragma once

#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct LinearRegressionParams {
  bool fit_intercept = true;
  static const Schema<LinearRegressionParams>& schema();
};

/// Ordinary (weighted) least squares by a blocked QR decomposition, O(n d^2); the solution of least
/// norm when columns depend on each other. Values beyond 1e100 throw InvalidData.
class LinearRegression {
 public:
  using Params = LinearRegressionParams;
  static constexpr std::string_view type_name = "LinearRegression";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = false};

  explicit LinearRegression(LinearRegressionParams params = {}) : params_(std::move(params)) {}
  const LinearRegressionParams& params() const { return params_; }

  /// Throws InvalidParameter, InvalidData or Cancelled; the old model is then kept.
  LinearRegression& fit(const Dataset& data, const Context& context = {});
  /// x is n x d; y is finite.
  LinearRegression& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  /// Each row alone. Throws NotFitted and InvalidData.
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  /// One coefficient per column.
  const Vector& coef() const;
  double intercept() const;
  /// Rank of the centred columns.
  Index rank() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static LinearRegression load_state(const LinearRegressionParams& params,
                                     const StateReader& reader);

 private:
  struct State;
  LinearRegressionParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
