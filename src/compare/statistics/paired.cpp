#include "grove/compare/statistics/paired.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <limits>

#include "compare/statistics/checks.hpp"
#include "compare/statistics/tails.hpp"
#include "grove/compare/statistics/distributions.hpp"

namespace grove::statistics {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// t test with the variance of the mean taken as (1/n + ratio) s^2.
TestResult t_of_mean(const Vector& differences, double ratio) {
  const Index n = differences.size();
  const double mean = differences.mean();
  const double variance = (differences.array() - mean).square().sum() / static_cast<double>(n - 1);
  TestResult result;
  result.degrees_of_freedom = static_cast<double>(n - 1);
  if (mean == 0) return result;
  const double spread = std::sqrt(variance * (1 / static_cast<double>(n) + ratio));
  result.statistic = spread > 0 ? mean / spread : std::copysign(infinity, mean);
  result.p_value = 2 * student_t_cdf(-std::abs(result.statistic), result.degrees_of_freedom);
  return result;
}

/// Of `smaller` out of n fair coins, in both directions.
double fair_coin_p_value(Index smaller, Index n) {
  if (n == 0) return 1;
  const boost::math::binomial coins(static_cast<double>(n), 0.5);
  return std::min(1.0, 2 * boost::math::cdf(coins, static_cast<double>(smaller)));
}

}  // namespace

TestResult paired_t(const Vector& differences) {
  check_differences("paired_t", differences, 2);
  return t_of_mean(differences, 0);
}

TestResult corrected_resampled_t(const Vector& differences, double test_train_ratio) {
  check_differences("corrected_resampled_t", differences, 2);
  if (!(test_train_ratio > 0) || std::isinf(test_train_ratio))
    throw InvalidParameter(
        concat("corrected_resampled_t: the ratio of test to training rows must be > 0, got ",
               test_train_ratio));
  return t_of_mean(differences, test_train_ratio);
}

TestResult corrected_cv_t(const Vector& differences, Index n_splits) {
  if (n_splits < 2)
    throw InvalidParameter(concat("corrected_cv_t: n_splits must be >= 2, got ", n_splits));
  check_differences("corrected_cv_t", differences, 2);
  if (differences.size() % n_splits != 0)
    throw InvalidData(concat("corrected_cv_t: ", differences.size(),
                             " differences are no whole number of repetitions of ", n_splits,
                             " folds"));
  return t_of_mean(differences, 1 / static_cast<double>(n_splits - 1));
}

TestResult five_by_two_cv_f(const Matrix& differences) {
  if (differences.rows() != 5 || differences.cols() != 2)
    throw InvalidData(concat("five_by_two_cv_f needs 5 repetitions x 2 folds of differences, got ",
                             differences.rows(), " x ", differences.cols()));
  check_differences("five_by_two_cv_f", differences.reshaped(), 10);
  // s_i^2 = (d_i1 - mean)^2 + (d_i2 - mean)^2 = (d_i1 - d_i2)^2 / 2
  const double variances = (differences.col(0) - differences.col(1)).squaredNorm() / 2;
  const double squares = differences.squaredNorm();
  TestResult result;
  result.degrees_of_freedom = 10;
  result.denominator_degrees_of_freedom = 5;
  if (squares == 0) return result;
  result.statistic = variances > 0 ? squares / (2 * variances) : infinity;
  result.p_value = f_survival(result.statistic, 10, 5);
  return result;
}

Disagreements disagreements(const LabelsView& truth, const LabelsView& first,
                            const LabelsView& second) {
  if (first.size() != truth.size() || second.size() != truth.size())
    throw InvalidData(concat("disagreements: the truth has ", truth.size(),
                             " rows and the predictions have ", first.size(), " and ",
                             second.size()));
  Disagreements counts;
  for (Index i = 0; i < truth.size(); ++i) {
    const bool first_right = first(i) == truth(i);
    const bool second_right = second(i) == truth(i);
    if (first_right && !second_right) ++counts.only_first_right;
    if (second_right && !first_right) ++counts.only_second_right;
  }
  return counts;
}

TestResult mcnemar(const Disagreements& counts, McNemarMethod method) {
  const Index b = counts.only_first_right;
  const Index c = counts.only_second_right;
  if (b < 0 || c < 0)
    throw InvalidData(concat("mcnemar: counts must be >= 0, got ", b, " and ", c));
  TestResult result;
  if (method == McNemarMethod::exact) {
    result.statistic = static_cast<double>(std::min(b, c));
    result.p_value = fair_coin_p_value(std::min(b, c), b + c);
    return result;
  }
  result.degrees_of_freedom = 1;
  if (b == c) return result;
  const double gap = std::abs(static_cast<double>(b - c)) - 1;
  result.statistic = gap * gap / static_cast<double>(b + c);
  result.p_value = std::erfc(std::sqrt(result.statistic / 2));
  return result;
}

TestResult sign_test(const Vector& differences, SignTestTies ties) {
  check_differences("sign_test", differences, 1);
  Index wins = (differences.array() > 0).count();
  Index losses = (differences.array() < 0).count();
  if (ties == SignTestTies::split) {
    const Index half = (differences.size() - wins - losses) / 2;
    wins += half;
    losses += half;
  }
  TestResult result;
  result.statistic = static_cast<double>(wins);
  result.p_value = fair_coin_p_value(std::min(wins, losses), wins + losses);
  return result;
}

}  // namespace grove::statistics
