#include "grove/metrics/regression.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "metrics/checks.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

void check_values(std::string_view who, const VectorView& y_true, const VectorView& y_pred,
                  const SampleWeights& weights) {
  check_rows(who, "y_true", y_true.size(), "y_pred", y_pred.size());
  check_finite(who, "y_true", y_true.data(), y_true.size());
  check_finite(who, "y_pred", y_pred.data(), y_pred.size());
  check_weights(who, weights, y_true.size());
}

double square(double v) { return v * v; }

double median(std::vector<double> values) {
  const std::size_t middle = values.size() / 2;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(middle);
  std::nth_element(values.begin(), at, values.end());
  if (values.size() % 2 == 1) return *at;
  return (*std::max_element(values.begin(), at) + *at) / 2;
}

/// The first value, from the lowest, at which the cumulated weight reaches half.
double weighted_median(const std::vector<double>& values, const double* weights) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  double total = 0;
  for (std::size_t i : order) total += weights[i];
  double reached = 0;
  for (std::size_t i : order) {
    reached += weights[i];
    if (reached >= total / 2) return values[i];
  }
  return values[order.back()];
}

/// No two values of positive weight differ: a mean would only add rounding.
bool is_constant(const VectorView& values, const SampleWeights& weights) {
  double first = std::numeric_limits<double>::quiet_NaN();
  for (Index i = 0; i < values.size(); ++i) {
    if (weights.given() && weights.data()[i] == 0) continue;
    if (std::isnan(first)) first = values[i];
    if (values[i] != first) return false;
  }
  return true;
}

/// 1 - unexplained / total.
double explained_share(const VectorView& y_true, double unexplained, double total,
                       const SampleWeights& weights) {
  if (unexplained == 0) return 1;
  if (total == 0 || is_constant(y_true, weights)) return 0;
  return 1 - unexplained / total;
}

double variance(const VectorView& y, const SampleWeights& weights) {
  const double mean = mean_of(weights, y.size(), [&](Index i) { return y[i]; });
  return mean_of(weights, y.size(), [&](Index i) { return square(y[i] - mean); });
}

/// Names the first value that is not above (or, if allowed, at) 0.
void check_sign(std::string_view who, std::string_view what, const VectorView& values,
                bool zero_allowed) {
  for (Index i = 0; i < values.size(); ++i) {
    if (values[i] > 0 || (zero_allowed && values[i] == 0)) continue;
    throw InvalidData(concat(who, ": ", what, " must be ", zero_allowed ? "at least" : "above",
                             " 0, got ", values[i], " in row ", i),
                      "use mean_squared_error for values of any sign");
  }
}

}  // namespace

double mean_squared_error(const VectorView& y_true, const VectorView& y_pred,
                          const SampleWeights& weights) {
  check_values("mean_squared_error", y_true, y_pred, weights);
  return mean_of(weights, y_true.size(), [&](Index i) { return square(y_true[i] - y_pred[i]); });
}

double root_mean_squared_error(const VectorView& y_true, const VectorView& y_pred,
                               const SampleWeights& weights) {
  check_values("root_mean_squared_error", y_true, y_pred, weights);
  return std::sqrt(
      mean_of(weights, y_true.size(), [&](Index i) { return square(y_true[i] - y_pred[i]); }));
}

double mean_absolute_error(const VectorView& y_true, const VectorView& y_pred,
                           const SampleWeights& weights) {
  check_values("mean_absolute_error", y_true, y_pred, weights);
  return mean_of(weights, y_true.size(), [&](Index i) { return std::fabs(y_true[i] - y_pred[i]); });
}

double median_absolute_error(const VectorView& y_true, const VectorView& y_pred,
                             const SampleWeights& weights) {
  check_values("median_absolute_error", y_true, y_pred, weights);
  std::vector<double> errors(static_cast<std::size_t>(y_true.size()));
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const auto row = static_cast<Index>(i);
    errors[i] = std::fabs(y_true[row] - y_pred[row]);
  }
  return weights.given() ? weighted_median(errors, weights.data()) : median(std::move(errors));
}

double mean_absolute_percentage_error(const VectorView& y_true, const VectorView& y_pred,
                                      const SampleWeights& weights) {
  check_values("mean_absolute_percentage_error", y_true, y_pred, weights);
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  return mean_of(weights, y_true.size(), [&](Index i) {
    return std::fabs(y_true[i] - y_pred[i]) / std::max(std::fabs(y_true[i]), epsilon);
  });
}

double r2(const VectorView& y_true, const VectorView& y_pred, const SampleWeights& weights) {
  check_values("r2", y_true, y_pred, weights);
  if (y_true.size() < 2) {
    throw InvalidData("r2: expected at least 2 rows, got 1",
                      "with one row per fold use mean_squared_error, or score the out-of-fold "
                      "predictions together");
  }
  const double error =
      mean_of(weights, y_true.size(), [&](Index i) { return square(y_true[i] - y_pred[i]); });
  return explained_share(y_true, error, variance(y_true, weights), weights);
}

double explained_variance(const VectorView& y_true, const VectorView& y_pred,
                          const SampleWeights& weights) {
  check_values("explained_variance", y_true, y_pred, weights);
  const Vector error = y_true - y_pred;
  const double unexplained = is_constant(error, weights) ? 0 : variance(error, weights);
  return explained_share(y_true, unexplained, variance(y_true, weights), weights);
}

double pinball_loss(const VectorView& y_true, const VectorView& y_pred,
                    const PinballOptions& options, const SampleWeights& weights) {
  const double alpha = options.alpha;
  if (!(alpha >= 0 && alpha <= 1)) {
    throw InvalidParameter(concat("pinball_loss: alpha must lie in [0, 1], got ", alpha));
  }
  check_values("pinball_loss", y_true, y_pred, weights);
  return mean_of(weights, y_true.size(), [&](Index i) {
    const double d = y_true[i] - y_pred[i];
    return d >= 0 ? alpha * d : (alpha - 1) * d;
  });
}

double mean_poisson_deviance(const VectorView& y_true, const VectorView& y_pred,
                             const SampleWeights& weights) {
  check_values("mean_poisson_deviance", y_true, y_pred, weights);
  check_sign("mean_poisson_deviance", "y_true", y_true, true);
  check_sign("mean_poisson_deviance", "y_pred", y_pred, false);
  return mean_of(weights, y_true.size(), [&](Index i) {
    const double y = y_true[i];
    const double log_term = y == 0 ? 0 : y * std::log(y / y_pred[i]);
    return 2 * (log_term - y + y_pred[i]);
  });
}

double mean_gamma_deviance(const VectorView& y_true, const VectorView& y_pred,
                           const SampleWeights& weights) {
  check_values("mean_gamma_deviance", y_true, y_pred, weights);
  check_sign("mean_gamma_deviance", "y_true", y_true, false);
  check_sign("mean_gamma_deviance", "y_pred", y_pred, false);
  return mean_of(weights, y_true.size(), [&](Index i) {
    return 2 * (std::log(y_pred[i] / y_true[i]) + y_true[i] / y_pred[i] - 1);
  });
}

}  // namespace grove::metrics
