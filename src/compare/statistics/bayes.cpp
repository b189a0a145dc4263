#include "grove/compare/statistics/bayes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "compare/statistics/checks.hpp"
#include "grove/compare/statistics/distributions.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove::statistics {

Posterior bayesian_correlated_t(const Vector& differences, double test_train_ratio, double rope) {
  check_differences("bayesian_correlated_t", differences, 2);
  check_not_negative("bayesian_correlated_t", "rope", rope);
  if (!(test_train_ratio > 0) || std::isinf(test_train_ratio))
    throw InvalidParameter(
        concat("bayesian_correlated_t: the ratio of test to training rows must be > 0, got ",
               test_train_ratio));
  const auto n = static_cast<double>(differences.size());
  const double mean = differences.mean();
  const double variance = (differences.array() - mean).square().sum() / (n - 1);
  const double spread = std::sqrt(variance * (1 / n + test_train_ratio));
  if (spread == 0)
    return {mean < -rope ? 1.0 : 0.0, std::abs(mean) <= rope ? 1.0 : 0.0, mean > rope ? 1.0 : 0.0};
  Posterior posterior;
  posterior.second_better = student_t_cdf((-rope - mean) / spread, n - 1);
  posterior.first_better = student_t_cdf((mean - rope) / spread, n - 1);
  posterior.equivalent = std::max(0.0, 1 - posterior.second_better - posterior.first_better);
  return posterior;
}

namespace {

/// Gamma(shape, 1): Marsaglia & Tsang, "A simple method for generating gamma variables", ACM TOMS
/// 26 (2000), with their boost for shape < 1.
double gamma_variate(Rng& rng, double shape) {
  if (shape < 1) {
    const double u = 1 - rng.uniform();
    return gamma_variate(rng, shape + 1) * std::pow(u, 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = rng.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = 1 - rng.uniform();
    if (std::log(u) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

/// Sorted differences with the pseudo-difference 0 among them, and for each the number of those
/// that lie in the pairs below and in or below the rope with it.
struct Pairs {
  std::vector<double> values;
  std::vector<double> concentration;
  std::vector<std::size_t> n_below;
  std::vector<std::size_t> n_not_above;
};

Pairs make_pairs(const Vector& differences, const BayesianSignedRankOptions& options) {
  Pairs pairs;
  pairs.values.assign(differences.begin(), differences.end());
  std::sort(pairs.values.begin(), pairs.values.end());
  const auto place = std::lower_bound(pairs.values.begin(), pairs.values.end(), 0.0);
  pairs.concentration.assign(pairs.values.size() + 1, 1.0);
  pairs.concentration[static_cast<std::size_t>(place - pairs.values.begin())] =
      options.prior_strength;
  pairs.values.insert(place, 0.0);
  const double width = 2 * options.rope;
  for (const double value : pairs.values) {
    const auto below = [&](double other) { return value + other < -width; };
    const auto not_above = [&](double other) { return value + other <= width; };
    const auto begin = pairs.values.begin();
    const auto end = pairs.values.end();
    pairs.n_below.push_back(
        static_cast<std::size_t>(std::partition_point(begin, end, below) - begin));
    pairs.n_not_above.push_back(
        static_cast<std::size_t>(std::partition_point(begin, end, not_above) - begin));
  }
  return pairs;
}

/// Draws in which most pairs lie below, in and above the rope.
using Votes = std::array<Index, 3>;

void draw_once(Rng& rng, const Pairs& pairs, std::vector<double>& up_to, Votes& votes) {
  const std::size_t n = pairs.values.size();
  up_to[0] = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double shape = pairs.concentration[i];
    const double weight = shape == 1 ? -std::log(1 - rng.uniform()) : gamma_variate(rng, shape);
    up_to[i + 1] = up_to[i] + weight;
  }
  double below = 0;
  double above = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double weight = up_to[i + 1] - up_to[i];
    below += weight * up_to[pairs.n_below[i]];
    above += weight * (up_to[n] - up_to[pairs.n_not_above[i]]);
  }
  const double inside = up_to[n] * up_to[n] - below - above;
  if (below > inside && below > above) {
    ++votes[0];
  } else if (above > inside && above > below) {
    ++votes[2];
  } else {
    ++votes[1];
  }
}

}  // namespace

Posterior bayesian_signed_rank(const Vector& differences, const BayesianSignedRankOptions& options,
                               const Context& context) {
  check_differences("bayesian_signed_rank", differences, 1);
  check_not_negative("bayesian_signed_rank", "rope", options.rope);
  if (!(options.prior_strength > 0) || std::isinf(options.prior_strength))
    throw InvalidParameter(
        concat("bayesian_signed_rank: prior_strength must be > 0, got ", options.prior_strength));
  if (options.n_draws < 1)
    throw InvalidParameter(
        concat("bayesian_signed_rank: n_draws must be >= 1, got ", options.n_draws));
  const Pairs pairs = make_pairs(differences, options);
  constexpr Index draws_per_block = 1000;
  const Rng rng(options.seed);
  const Votes votes = parallel_reduce(
      context, options.n_draws, draws_per_block, Votes{},
      [&](Index begin, Index end) {
        context.check_stop("bayesian_signed_rank");
        Rng stream = rng.split(static_cast<std::uint64_t>(begin / draws_per_block));
        std::vector<double> up_to(pairs.values.size() + 1);
        Votes part{};
        for (Index draw = begin; draw < end; ++draw) draw_once(stream, pairs, up_to, part);
        return part;
      },
      [](Votes& total, const Votes& part) {
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += part[i];
      });
  const auto share = [&](Index count) {
    return static_cast<double>(count) / static_cast<double>(options.n_draws);
  };
  return {share(votes[0]), share(votes[1]), share(votes[2])};
}

}  // namespace grove::statistics
