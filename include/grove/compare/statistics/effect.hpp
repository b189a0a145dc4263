#pragma once

#include "grove/core/types.hpp"

// How large a difference "first minus second" is. All throw InvalidData for a value that is NaN or
// infinite and for an empty list.

namespace grove::statistics {

struct MeanDifference {
  double mean = 0;
  double low = 0;  // of the confidence interval
  double high = 0;
};

/// Mean with Student's confidence interval, for independent differences (one per data set): t.test
/// of R. For the folds of a cross-validation give `test_train_ratio` = n_test / n_train, and the
/// variance is that of corrected_resampled_t. One difference: the interval is the whole line. All
/// equal: it has no width. Throws InvalidParameter unless 0 < confidence < 1 and the ratio is >= 0.
MeanDifference mean_difference(const Vector& differences, double confidence = 0.95,
                               double test_train_ratio = 0);

struct WinTieLoss {
  Index wins = 0;  // difference > rope
  Index ties = 0;
  Index losses = 0;  // difference < -rope
};

/// Throws InvalidParameter for a negative rope.
WinTieLoss win_tie_loss(const Vector& differences, double rope = 0);

/// P(a > b) - P(a < b) over all pairs of one value of each list: two samples that are not paired.
/// In [-1, 1]. O((n + m) log m). Source: Cliff, "Dominance statistics", Psychological Bulletin 114
/// (1993).
double cliffs_delta(const VectorView& first, const VectorView& second);

/// P(a > b) + P(a = b) / 2 over the same pairs, in [0, 1]: the area A of Vargha & Delaney, "A
/// critique and improvement of the CL common language effect size statistics", JEBS 25 (2000).
double probability_of_superiority(const VectorView& first, const VectorView& second);

/// The share of positive differences plus half the share of zeros: the same for paired values.
/// Source: Grissom & Kim, "Effect sizes for research", 2012.
double paired_probability_of_superiority(const Vector& differences, double rope = 0);

}  // namespace grove::statistics
