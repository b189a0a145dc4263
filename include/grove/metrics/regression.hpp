#pragma once

#include "grove/core/types.hpp"
#include "grove/metrics/views.hpp"

// Metrics of predicted values. Definitions are scikit-learn's (1.2.1). All throw InvalidData,
// naming the metric, on lengths that differ, no rows, NaN or inf, and bad weights. O(n) time and no
// memory unless said otherwise.

namespace grove::metrics {

double mean_squared_error(const VectorView& y_true, const VectorView& y_pred,
                          const SampleWeights& weights = {});
double root_mean_squared_error(const VectorView& y_true, const VectorView& y_pred,
                               const SampleWeights& weights = {});
double mean_absolute_error(const VectorView& y_true, const VectorView& y_pred,
                           const SampleWeights& weights = {});

/// The mean of the two middle errors if their number is even; with weights, the lowest error at
/// which half of the weight is reached. O(n) without weights, O(n log n) with; O(n) memory.
double median_absolute_error(const VectorView& y_true, const VectorView& y_pred,
                             const SampleWeights& weights = {});

/// mean(|error| / max(|y_true|, 2^-52)): a share, not a percentage; huge where y_true is 0.
double mean_absolute_percentage_error(const VectorView& y_true, const VectorView& y_pred,
                                      const SampleWeights& weights = {});

/// 1 - squared error / squared deviation from the mean. y_true constant: 1 if all is exact, else 0.
/// InvalidData with fewer than 2 rows.
double r2(const VectorView& y_true, const VectorView& y_pred, const SampleWeights& weights = {});

/// 1 - variance of the error / variance of y_true: as r2, but blind to a constant offset.
double explained_variance(const VectorView& y_true, const VectorView& y_pred,
                          const SampleWeights& weights = {});

struct PinballOptions {
  /// The quantile that y_pred estimates, in [0, 1].
  double alpha = 0.5;
};
double pinball_loss(const VectorView& y_true, const VectorView& y_pred,
                    const PinballOptions& options = {}, const SampleWeights& weights = {});

/// 2 mean(y log(y / p) - y + p). InvalidData unless y_true >= 0 and y_pred > 0.
double mean_poisson_deviance(const VectorView& y_true, const VectorView& y_pred,
                             const SampleWeights& weights = {});

/// 2 mean(log(p / y) + y / p - 1). InvalidData unless y_true > 0 and y_pred > 0.
double mean_gamma_deviance(const VectorView& y_true, const VectorView& y_pred,
                           const SampleWeights& weights = {});

}  // namespace grove::metrics
