#pragma once

#include "grove/core/types.hpp"

namespace grove::statistics {

struct TestResult {
  double statistic = 0;
  double degrees_of_freedom = 0;
  double p_value = 1;  // two-sided
};

/// Corrected resampled t test on the differences of two models' scores over the folds of a
/// (repeated) cross-validation. `test_train_ratio` is n_test / n_train of a fold. Source: Nadeau &
/// Bengio, "Inference for the generalization error", Machine Learning 52 (2003); for repeated
/// k-fold: Bouckaert & Frank, PAKDD 2004. The plain paired t test takes the overlapping training
/// sets for independent ones and rejects far too often. All differences zero: statistic 0, p 1; all
/// equal and not zero: statistic +-inf, p 0. Throws InvalidData for fewer than 2 differences or one
/// that is not finite, InvalidParameter for a ratio that is not positive.
TestResult corrected_resampled_t(const Vector& differences, double test_train_ratio);

/// P(T <= t) of Student's distribution.
double student_t_cdf(double t, double degrees_of_freedom);

}  // namespace grove::statistics
