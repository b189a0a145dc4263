#pragma once

#include "grove/core/types.hpp"
#include "grove/metrics/views.hpp"

// Metrics of predicted probabilities. y_true holds n class codes; `proba` is n x K with one column
// per class, or a vector with the probability of class 1 of two. A column without rows in y_true is
// fine. All throw InvalidData, naming the metric, on lengths that differ, no rows, codes without a
// column, NaN or inf, values outside [0, 1], and bad weights. O(n K) time.

namespace grove::metrics {

/// -mean(log p of the true class), in nats. As scikit-learn 1.2.1, probabilities are clipped to
/// [2^-52, 1 - 2^-52] and rows that do not sum to 1 are divided by their sum.
double log_loss(const LabelsView& y_true, const ScoresView& proba,
                const SampleWeights& weights = {});

/// Two classes: mean((p1 - y)^2), as scikit-learn. More: the sum over classes (Brier 1950).
/// In [0, 1] and [0, 2].
double brier_score(const LabelsView& y_true, const ScoresView& proba,
                   const SampleWeights& weights = {});

struct CalibrationErrorOptions {
  int n_bins = 10;
};
/// Expected calibration error (Guo et al., ICML 2017): rows are put in bins of equal width, closed
/// above, by the probability of their predicted class (the first of equal ones);
/// sum of share of bin * |accuracy of bin - mean probability of bin|.
double expected_calibration_error(const LabelsView& y_true, const ScoresView& proba,
                                  const CalibrationErrorOptions& options = {},
                                  const SampleWeights& weights = {});

enum class BinStrategy {
  uniform,  ///< bins of equal width over [0, 1]
  quantile  ///< borders at quantiles of the probabilities: about as many rows each
};
struct ReliabilityOptions {
  int n_bins = 5;
  BinStrategy strategy = BinStrategy::uniform;
  int positive = 1;
};
/// One entry per bin that is not empty, by increasing probability.
struct ReliabilityCurve {
  Vector mean_predicted;
  Vector fraction_positive;
  Vector count;
};
/// As scikit-learn's calibration_curve: a probability on a border belongs to the lower bin. At most
/// two classes in y_true. O(n log n) with quantiles.
ReliabilityCurve reliability_curve(const LabelsView& y_true, const VectorView& proba,
                                   const ReliabilityOptions& options = {});

}  // namespace grove::metrics
