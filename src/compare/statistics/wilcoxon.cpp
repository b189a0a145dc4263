#include "grove/compare/statistics/wilcoxon.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "compare/statistics/checks.hpp"
#include "grove/compare/statistics/distributions.hpp"
#include "grove/compare/statistics/ranks.hpp"

namespace grove::statistics {

namespace {

constexpr Index largest_exact = 50;          // by itself
constexpr Index largest_exact_asked = 1000;  // 2^-n must not underflow

/// Ranks of the differences that are not zero, with their signs, and the zeros.
struct SignedRanks {
  Vector ranks;  // positive: of a positive difference
  double zero_rank_sum = 0;
  Index n_zeros = 0;
  double tie_sum = 0;  // of t^3 - t over groups of equal ranks, zeros among them if they are ranked
};

double tie_sum_of(Vector ranks) {
  std::sort(ranks.begin(), ranks.end());
  double sum = 0;
  for (Index begin = 0; begin < ranks.size();) {
    Index end = begin;
    while (end < ranks.size() && ranks(end) == ranks(begin)) ++end;
    const auto t = static_cast<double>(end - begin);
    sum += t * t * t - t;
    begin = end;
  }
  return sum;
}

SignedRanks signed_ranks(const Vector& differences, const WilcoxonOptions& options) {
  SignedRanks result;
  std::vector<Index> kept;
  for (Index i = 0; i < differences.size(); ++i)
    if (std::abs(differences(i)) > options.tie_tolerance) kept.push_back(i);
  result.n_zeros = differences.size() - static_cast<Index>(kept.size());
  Vector sizes(static_cast<Index>(kept.size()));
  for (Index i = 0; i < sizes.size(); ++i)
    sizes(i) = std::abs(differences(kept[static_cast<std::size_t>(i)]));
  result.ranks = ranks_of(sizes, options.tie_tolerance);
  const auto zeros = static_cast<double>(result.n_zeros);
  if (options.zeros != WilcoxonZeros::drop) result.ranks.array() += zeros;
  result.tie_sum = tie_sum_of(result.ranks);
  if (options.zeros == WilcoxonZeros::split) {
    result.zero_rank_sum = zeros * (zeros + 1) / 2;
    result.tie_sum += zeros * zeros * zeros - zeros;
  }
  for (Index i = 0; i < sizes.size(); ++i)
    if (differences(kept[static_cast<std::size_t>(i)]) < 0) result.ranks(i) = -result.ranks(i);
  return result;
}

/// Of all 2^n ways to give the ranks signs. Twice a rank is a whole number.
double exact_p_value(const Vector& ranks, double r_plus) {
  std::vector<std::size_t> doubled;
  std::size_t total = 0;
  for (const double rank : ranks) {
    doubled.push_back(static_cast<std::size_t>(std::lround(2 * std::abs(rank))));
    total += doubled.back();
  }
  std::vector<double> chance(total + 1, 0);  // of each sum of the positive ranks
  chance[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : doubled) {
    reached += rank;
    for (std::size_t sum = reached + 1; sum-- > 0;)
      chance[sum] = (chance[sum] + (sum >= rank ? chance[sum - rank] : 0)) / 2;
  }
  const auto observed = static_cast<std::size_t>(std::lround(2 * r_plus));
  const std::size_t smaller = std::min(observed, total - observed);  // it is symmetric
  double tail = 0;
  for (std::size_t sum = 0; sum <= smaller; ++sum) tail += chance[sum];
  return std::min(1.0, 2 * tail);
}

/// Mean and standard deviation of R+ if every sign is a fair coin, as R and scipy take them.
struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments normal_moments(const SignedRanks& signed_ranks, const WilcoxonOptions& options) {
  const auto zeros = static_cast<double>(signed_ranks.n_zeros);
  const double n = static_cast<double>(signed_ranks.ranks.size()) +
                   (options.zeros == WilcoxonZeros::drop ? 0 : zeros);
  Moments moments{n * (n + 1) / 4, n * (n + 1) * (2 * n + 1)};
  if (options.zeros == WilcoxonZeros::pratt) {
    moments.mean -= zeros * (zeros + 1) / 4;
    moments.deviation -= zeros * (zeros + 1) * (2 * zeros + 1);
  }
  if (options.tie_correction) moments.deviation -= signed_ranks.tie_sum / 2;
  moments.deviation = std::sqrt(moments.deviation / 24);
  return moments;
}

}  // namespace

WilcoxonResult wilcoxon_signed_rank(const Vector& differences, const WilcoxonOptions& options) {
  check_differences("wilcoxon_signed_rank", differences, 1);
  check_not_negative("wilcoxon_signed_rank", "tie_tolerance", options.tie_tolerance);
  const SignedRanks found = signed_ranks(differences, options);
  WilcoxonResult result;
  result.n_ranked = found.ranks.size();
  result.n_zeros = found.n_zeros;
  const double plus = found.ranks.cwiseMax(0.0).sum();
  result.r_plus = plus + found.zero_rank_sum / 2;
  result.r_minus = found.ranks.cwiseMin(0.0).cwiseAbs().sum() + found.zero_rank_sum / 2;
  result.statistic = std::min(result.r_plus, result.r_minus);
  result.z = std::numeric_limits<double>::quiet_NaN();
  result.exact = options.method == WilcoxonMethod::exact ||
                 (options.method == WilcoxonMethod::automatic && result.n_ranked <= largest_exact);
  if (result.n_ranked == 0) return result;
  if (result.exact && result.n_ranked > largest_exact_asked)
    throw InvalidParameter(
        concat("wilcoxon_signed_rank: the exact p-value is for at most ", largest_exact_asked,
               " differences that are not zero, got ", result.n_ranked),
        "take the normal approximation");
  const Moments moments = normal_moments(found, options);
  double gap = result.statistic - moments.mean;
  if (options.continuity_correction && gap < 0) gap += 0.5;
  result.z = gap == 0 ? 0 : gap / moments.deviation;
  result.p_value = result.exact ? exact_p_value(found.ranks, plus)
                                : std::min(1.0, 2 * normal_survival(std::abs(result.z)));
  return result;
}

}  // namespace grove::statistics
