#include "grove/compare/statistics/effect.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "compare/statistics/checks.hpp"

namespace grove::statistics {

MeanDifference mean_difference(const Vector& differences, double confidence,
                               double test_train_ratio) {
  check_differences("mean_difference", differences, 1);
  check_level("mean_difference", "confidence", confidence);
  check_not_negative("mean_difference", "the ratio of test to training rows", test_train_ratio);
  const auto n = static_cast<double>(differences.size());
  MeanDifference result;
  result.mean = differences.mean();
  double margin = std::numeric_limits<double>::infinity();
  if (differences.size() > 1) {
    const double variance = (differences.array() - result.mean).square().sum() / (n - 1);
    const boost::math::students_t distribution(n - 1);
    const double t =
        boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2));
    margin = t * std::sqrt(variance * (1 / n + test_train_ratio));
  }
  result.low = result.mean - margin;
  result.high = result.mean + margin;
  return result;
}

WinTieLoss win_tie_loss(const Vector& differences, double rope) {
  check_differences("win_tie_loss", differences, 1);
  check_not_negative("win_tie_loss", "rope", rope);
  WinTieLoss result;
  result.wins = (differences.array() > rope).count();
  result.losses = (differences.array() < -rope).count();
  result.ties = differences.size() - result.wins - result.losses;
  return result;
}

double cliffs_delta(const VectorView& first, const VectorView& second) {
  check_values("cliffs_delta", first, 1, "score");
  check_values("cliffs_delta", second, 1, "score");
  std::vector<double> sorted(second.begin(), second.end());
  std::sort(sorted.begin(), sorted.end());
  Index balance = 0;
  for (const double value : first) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    balance += (low - sorted.begin()) - (sorted.end() - high);
  }
  return static_cast<double>(balance) /
         (static_cast<double>(first.size()) * static_cast<double>(second.size()));
}

double probability_of_superiority(const VectorView& first, const VectorView& second) {
  return (cliffs_delta(first, second) + 1) / 2;
}

double paired_probability_of_superiority(const Vector& differences, double rope) {
  const WinTieLoss counts = win_tie_loss(differences, rope);
  return (static_cast<double>(counts.wins) + static_cast<double>(counts.ties) / 2) /
         static_cast<double>(differences.size());
}

}  // namespace grove::statistics
