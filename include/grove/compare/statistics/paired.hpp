#pragma once

#include "grove/core/types.hpp"

// Tests of two models on the same folds, rows or data sets. A difference is "first minus second".
// They throw InvalidData for a difference that is NaN or infinite (failed runs have to be given a
// score, or be left out, by the caller) and for too few of them.

namespace grove::statistics {

struct TestResult {
  double statistic = 0;
  double degrees_of_freedom = 0;  // of the numerator, for an F statistic
  double p_value = 1;             // two-sided, or of a large statistic for F and chi-square
  double denominator_degrees_of_freedom = 0;  // F statistics only
};

/// Student's t test on differences that are independent of each other: one per data set, or per
/// untouched test row. NOT for the folds of a cross-validation, whose training sets overlap: it
/// then rejects far too often. All zero: statistic 0, p 1; all equal and not zero: +-inf, p 0.
/// At least 2 differences. Source: Student, "The probable error of a mean", Biometrika 6 (1908).
TestResult paired_t(const Vector& differences);

/// Corrected resampled t test on the differences of two models' scores over the folds of a
/// (repeated) cross-validation or over random splits. `test_train_ratio` is n_test / n_train of a
/// fold. Source: Nadeau & Bengio, "Inference for the generalization error", Machine Learning 52
/// (2003). The plain paired t test takes the overlapping training sets for independent ones and
/// rejects far too often (57-64 % instead of 5 %, and this one 5-9 % depending on the learner:
/// benchmarks/comparison_type_i_error.cpp). All differences zero: statistic 0, p 1; all equal and
/// not zero: statistic +-inf, p 0. Throws InvalidData for fewer than 2 differences,
/// InvalidParameter for a ratio that is not positive.
TestResult corrected_resampled_t(const Vector& differences, double test_train_ratio);

/// The same for (repeated) k-fold cross-validation: `differences` holds r * n_splits folds, and the
/// ratio is 1 / (n_splits - 1). Source: Bouckaert & Frank, "Evaluating the replicability of
/// significance tests", PAKDD 2004. Throws InvalidParameter for n_splits < 2 and InvalidData if the
/// number of differences is no multiple of it.
TestResult corrected_cv_t(const Vector& differences, Index n_splits);

/// Combined F test on five repetitions of two-fold cross-validation: row i holds the differences
/// of repetition i on its two folds (5 x 2). F(10, 5). All zero: statistic 0, p 1; the two folds of
/// every repetition equal and not all zero: inf, p 0. Source: Alpaydin, "Combined 5x2 cv F test for
/// comparing supervised classification learning algorithms", Neural Computation 11 (1999).
TestResult five_by_two_cv_f(const Matrix& differences);

/// Test rows that one of two classifiers gets right and the other wrong.
struct Disagreements {
  Index only_first_right = 0;
  Index only_second_right = 0;
};
/// Throws InvalidData for lengths that differ.
Disagreements disagreements(const LabelsView& truth, const LabelsView& first,
                            const LabelsView& second);

enum class McNemarMethod {
  exact,       // binomial; statistic = the smaller count
  chi_squared  // (|b - c| - 1)^2 / (b + c), 1 degree of freedom; 0 if b = c, as R's mcnemar.test
};

/// Do two classifiers err equally often on the same independent test rows? No disagreement:
/// statistic 0, p 1. Throws InvalidData for a negative count. Source: McNemar, Psychometrika 12
/// (1947), with the continuity correction of Edwards (1948).
TestResult mcnemar(const Disagreements& counts, McNemarMethod method = McNemarMethod::exact);

enum class SignTestTies {
  drop,  // zeros say nothing: as R's binom.test on wins and losses
  split  // zeros go half to each side, an odd one is left out (Demsar 2006)
};

/// Exact binomial test of the number of positive differences (the statistic). No difference that is
/// not zero: p 1. Takes any number of differences >= 1. Source: Arbuthnott (1710); Demsar,
/// "Statistical comparisons of classifiers over multiple data sets", JMLR 7 (2006), 3.1.4.
TestResult sign_test(const Vector& differences, SignTestTies ties = SignTestTies::drop);

}  // namespace grove::statistics
