#include "grove/metrics/probability.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "metrics/checks.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

double clipped(double p) { return std::clamp(p, epsilon, 1 - epsilon); }

void check_bins(std::string_view who, int n_bins) {
  if (n_bins < 1 || n_bins > 1000000) {
    throw InvalidParameter(concat(who, ": n_bins must be from 1 to 1000000, got ", n_bins));
  }
}

/// The number of inner borders below p.
Index bin_of(const Vector& borders, double p) {
  const double* first = borders.data() + 1;
  return std::lower_bound(first, borders.data() + borders.size() - 1, p) - first;
}

/// 0, 1/n, ..., 1 with numpy's rounding.
Vector even_borders(int n_bins) {
  Vector borders(n_bins + 1);
  const double step = 1.0 / n_bins;
  for (Index i = 0; i < n_bins; ++i) borders[i] = static_cast<double>(i) * step;
  borders[n_bins] = 1;
  return borders;
}

/// Quantiles 0, 1/n, ..., 1, linear between order statistics with numpy's rounding.
Vector quantile_borders(const VectorView& values, int n_bins) {
  std::vector<double> sorted(values.data(), values.data() + values.size());
  std::sort(sorted.begin(), sorted.end());
  Vector borders = even_borders(n_bins);
  for (double& border : borders) {
    const double position = border * 100 / 100 * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(position);
    const double a = sorted[low];
    const double b = sorted[std::min(low + 1, sorted.size() - 1)];
    const double t = position - std::floor(position);
    border = t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
  }
  return borders;
}

}  // namespace

double log_loss(const LabelsView& y_true, const ScoresView& proba, const SampleWeights& weights) {
  check_scores("log_loss", y_true, proba, weights);
  check_probabilities("log_loss", proba);
  const Index n = y_true.size();
  if (proba.cols() == 1) {
    return mean_of(weights, n, [&](Index i) {
      const double one = clipped(*proba.row(i));
      const double sum = (1 - one) + one;
      return -std::log((y_true[i] == 1 ? one : 1 - one) / sum);
    });
  }
  return mean_of(weights, n, [&](Index i) {
    const double* row = proba.row(i);
    double sum = 0;
    for (Index c = 0; c < proba.cols(); ++c) sum += clipped(row[c]);
    return -std::log(clipped(row[y_true[i]]) / sum);
  });
}

double brier_score(const LabelsView& y_true, const ScoresView& proba,
                   const SampleWeights& weights) {
  check_scores("brier_score", y_true, proba, weights);
  check_probabilities("brier_score", proba);
  const Index columns = proba.cols();
  return mean_of(weights, y_true.size(), [&](Index i) {
    const double* row = proba.row(i);
    double sum = 0;
    for (Index c = columns <= 2 ? columns - 1 : 0; c < columns; ++c) {
      const Index code = columns == 1 ? 1 : c;
      const double error = row[c] - (y_true[i] == code ? 1 : 0);
      sum += error * error;
    }
    return sum;
  });
}

double expected_calibration_error(const LabelsView& y_true, const ScoresView& proba,
                                  const CalibrationErrorOptions& options,
                                  const SampleWeights& weights) {
  constexpr std::string_view who = "expected_calibration_error";
  check_bins(who, options.n_bins);
  check_scores(who, y_true, proba, weights);
  check_probabilities(who, proba);
  const Vector borders = even_borders(options.n_bins);
  Vector right = Vector::Zero(options.n_bins);
  Vector confidence = Vector::Zero(options.n_bins);
  with_weight(weights, [&](auto weight) {
    for (Index i = 0; i < y_true.size(); ++i) {
      const double* row = proba.row(i);
      Index best = 0;
      double p = row[0];
      if (proba.cols() == 1) {
        best = row[0] > 0.5 ? 1 : 0;
        p = std::max(row[0], 1 - row[0]);
      }
      for (Index c = 1; c < proba.cols(); ++c) {
        if (row[c] <= p) continue;
        best = c;
        p = row[c];
      }
      const Index bin = bin_of(borders, p);
      confidence[bin] += weight(i) * p;
      if (y_true[i] == best) right[bin] += weight(i);
    }
  });
  return (right - confidence).cwiseAbs().sum() / total_weight(weights, y_true.size());
}

ReliabilityCurve reliability_curve(const LabelsView& y_true, const VectorView& proba,
                                   const ReliabilityOptions& options) {
  constexpr std::string_view who = "reliability_curve";
  check_bins(who, options.n_bins);
  check_rows(who, "y_true", y_true.size(), "proba", proba.size());
  check_codes(who, "y_true", y_true, 0);
  check_finite(who, "proba", proba.data(), proba.size());
  check_probabilities(who, ScoresView(proba));
  const int first = y_true[0];
  int second = first;
  for (int code : y_true) {
    if (code == first || code == second) continue;
    if (second != first) {
      throw InvalidData(concat(who, ": y_true must hold at most two classes, got ", first, ", ",
                               second, " and ", code),
                        "draw one curve per class, of that class against the rest");
    }
    second = code;
  }
  const Vector borders = options.strategy == BinStrategy::uniform
                             ? even_borders(options.n_bins)
                             : quantile_borders(proba, options.n_bins);
  Vector sum = Vector::Zero(options.n_bins);
  Vector positive = Vector::Zero(options.n_bins);
  Vector count = Vector::Zero(options.n_bins);
  for (Index i = 0; i < proba.size(); ++i) {
    const Index bin = bin_of(borders, proba[i]);
    sum[bin] += proba[i];
    positive[bin] += y_true[i] == options.positive ? 1 : 0;
    count[bin] += 1;
  }
  const Index filled = (count.array() > 0).count();
  ReliabilityCurve curve{Vector(filled), Vector(filled), Vector(filled)};
  Index at = 0;
  for (Index bin = 0; bin < options.n_bins; ++bin) {
    if (count[bin] == 0) continue;
    curve.mean_predicted[at] = sum[bin] / count[bin];
    curve.fraction_positive[at] = positive[bin] / count[bin];
    curve.count[at++] = count[bin];
  }
  return curve;
}

}  // namespace grove::metrics
