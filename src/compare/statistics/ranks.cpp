#include "grove/compare/statistics/ranks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "compare/statistics/checks.hpp"
#include "compare/statistics/tails.hpp"
#include "grove/compare/statistics/distributions.hpp"

namespace grove::statistics {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Standard error of the difference of two average ranks.
double rank_error(Index n_contenders, Index n_datasets) {
  const auto k = static_cast<double>(n_contenders);
  return std::sqrt(k * (k + 1) / (6 * static_cast<double>(n_datasets)));
}

void check_design(std::string_view who, Index n_contenders, Index n_datasets) {
  if (n_contenders < 2)
    throw InvalidParameter(concat(who, " needs at least 2 contenders, got ", n_contenders));
  if (n_datasets < 1)
    throw InvalidParameter(concat(who, " needs at least 1 data set, got ", n_datasets));
}

/// p of |R_i - R_j| in standard errors, for all pairs.
template <class F>
Matrix pairwise(const VectorView& ranks, Index n_datasets, F&& p_of) {
  check_design("a test of average ranks", ranks.size(), n_datasets);
  const double error = rank_error(ranks.size(), n_datasets);
  Matrix p = Matrix::Ones(ranks.size(), ranks.size());
  for (Index i = 0; i < ranks.size(); ++i)
    for (Index j = 0; j < i; ++j) p(i, j) = p(j, i) = p_of(std::abs(ranks(i) - ranks(j)) / error);
  return p;
}

double two_sided(double z) { return std::min(1.0, 2 * normal_survival(std::abs(z))); }

/// Sum over rows of t^3 - t for each group of t equal ranks.
double tie_sum(const Matrix& ranks) {
  double sum = 0;
  for (Index i = 0; i < ranks.rows(); ++i) {
    std::vector<double> row(ranks.row(i).begin(), ranks.row(i).end());
    std::sort(row.begin(), row.end());
    for (auto it = row.begin(); it != row.end();) {
      const auto end = std::upper_bound(it, row.end(), *it);
      const auto t = static_cast<double>(end - it);
      sum += t * t * t - t;
      it = end;
    }
  }
  return sum;
}

double friedman_statistic(const MatrixView& scores, bool tie_correction) {
  const Matrix ranks = score_ranks(scores, true);
  const auto n = static_cast<double>(scores.rows());
  const auto k = static_cast<double>(scores.cols());
  const double spread = (ranks.colwise().sum().array() - n * (k + 1) / 2).square().sum();
  if (spread == 0) return 0;
  const double ties = tie_correction ? tie_sum(ranks) / (k - 1) : 0;
  return 12 * spread / (n * k * (k + 1) - ties);
}

}  // namespace

Vector ranks_of(const VectorView& values, double tolerance) {
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return values(a) < values(b); });
  Vector ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values(order[end]) - values(order[end - 1]) <= tolerance) ++end;
    const double shared = (static_cast<double>(begin + end) + 1) / 2;
    for (; begin < end; ++begin) ranks(order[begin]) = shared;
  }
  return ranks;
}

Matrix score_ranks(const MatrixView& scores, bool higher_is_better) {
  check_scores("score_ranks", scores, 1);
  Matrix ranks(scores.rows(), scores.cols());
  for (Index i = 0; i < scores.rows(); ++i) {
    const Vector row = scores.row(i).transpose() * (higher_is_better ? -1.0 : 1.0);
    ranks.row(i) = ranks_of(row).transpose();
  }
  return ranks;
}

Vector average_ranks(const MatrixView& scores, bool higher_is_better) {
  return score_ranks(scores, higher_is_better).colwise().sum().transpose() /
         static_cast<double>(scores.rows());
}

TestResult friedman(const MatrixView& scores, bool tie_correction) {
  check_scores("friedman", scores, 1);
  TestResult result;
  result.degrees_of_freedom = static_cast<double>(scores.cols() - 1);
  result.statistic = friedman_statistic(scores, tie_correction);
  result.p_value = chi_squared_survival(result.statistic, result.degrees_of_freedom);
  return result;
}

TestResult iman_davenport(const MatrixView& scores, bool tie_correction) {
  check_scores("iman_davenport", scores, 2);
  const auto n = static_cast<double>(scores.rows());
  const auto k = static_cast<double>(scores.cols());
  const double chi2 = friedman_statistic(scores, tie_correction);
  const double rest = n * (k - 1) - chi2;
  TestResult result;
  result.degrees_of_freedom = k - 1;
  result.denominator_degrees_of_freedom = (k - 1) * (n - 1);
  result.statistic = rest > 1e-12 * n * k ? (n - 1) * chi2 / rest : infinity;
  result.p_value = f_survival(result.statistic, k - 1, (k - 1) * (n - 1));
  return result;
}

TestResult quade(const MatrixView& scores, double tie_tolerance) {
  check_scores("quade", scores, 2);
  check_not_negative("quade", "tie_tolerance", tie_tolerance);
  const auto n = static_cast<double>(scores.rows());
  const auto k = static_cast<double>(scores.cols());
  const Vector ranges = scores.rowwise().maxCoeff() - scores.rowwise().minCoeff();
  const Matrix centred = score_ranks(scores, false).array() - (k + 1) / 2;
  const Matrix weighted = ranks_of(ranges, tie_tolerance).asDiagonal() * centred;
  // Multiples of 1/4: both sums are exact, so that they can be compared.
  const double all = weighted.squaredNorm();
  const double between_times_n = weighted.colwise().sum().squaredNorm();
  TestResult result;
  result.degrees_of_freedom = k - 1;
  result.denominator_degrees_of_freedom = (k - 1) * (n - 1);
  if (all == 0) return result;
  if (between_times_n == n * all) {
    result.statistic = infinity;
    result.p_value = std::exp((1 - n) * std::lgamma(k + 1));
    return result;
  }
  const double between = between_times_n / n;
  result.statistic = (n - 1) * between / (all - between);
  result.p_value = f_survival(result.statistic, k - 1, (k - 1) * (n - 1));
  return result;
}

double nemenyi_critical_difference(double alpha, Index n_contenders, Index n_datasets) {
  check_design("nemenyi_critical_difference", n_contenders, n_datasets);
  check_level("nemenyi_critical_difference", "alpha", alpha);
  return studentized_range_critical_value(alpha, n_contenders) / std::numbers::sqrt2 *
         rank_error(n_contenders, n_datasets);
}

Matrix nemenyi(const VectorView& average_ranks, Index n_datasets) {
  return pairwise(average_ranks, n_datasets, [&](double z) {
    return studentized_range_survival(z * std::numbers::sqrt2, average_ranks.size());
  });
}

double bonferroni_dunn_critical_difference(double alpha, Index n_contenders, Index n_datasets) {
  check_design("bonferroni_dunn_critical_difference", n_contenders, n_datasets);
  check_level("bonferroni_dunn_critical_difference", "alpha", alpha);
  return normal_critical_value(alpha / (2 * static_cast<double>(n_contenders - 1))) *
         rank_error(n_contenders, n_datasets);
}

Vector bonferroni_dunn(const VectorView& average_ranks, Index n_datasets, Index control) {
  if (control < 0 || control >= average_ranks.size())
    throw InvalidParameter(
        concat("bonferroni_dunn: there is no contender ", control, " of ", average_ranks.size()));
  const Matrix p = rank_difference_p_values(average_ranks, n_datasets);
  const auto others = static_cast<double>(average_ranks.size() - 1);
  return (p.col(control) * others).cwiseMin(1.0);
}

Matrix rank_difference_p_values(const VectorView& average_ranks, Index n_datasets) {
  return pairwise(average_ranks, n_datasets, two_sided);
}

std::vector<std::vector<Index>> rank_groups(const VectorView& average_ranks,
                                            double critical_difference) {
  std::vector<Index> order(static_cast<std::size_t>(average_ranks.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return average_ranks(a) < average_ranks(b); });
  std::vector<std::vector<Index>> groups;
  std::size_t covered = 0;  // end of the last group
  for (std::size_t begin = 0; begin < order.size(); ++begin) {
    std::size_t end = begin + 1;
    while (end < order.size() &&
           average_ranks(order[end]) - average_ranks(order[begin]) < critical_difference)
      ++end;
    if (end > covered && end - begin > 1)
      groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(begin),
                          order.begin() + static_cast<std::ptrdiff_t>(end));
    covered = std::max(covered, end);
  }
  return groups;
}

}  // namespace grove::statistics
