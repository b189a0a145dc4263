#include "grove/model_selection/search_result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace grove {

std::vector<double> best_so_far(const SearchResult& result) {
  std::vector<double> curve;
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const Trial& trial : result.trials) {
    const bool better = result.greater_is_better ? trial.score > best : trial.score < best;
    if (trial.resource >= 1 && !std::isnan(trial.score) && (std::isnan(best) || better))
      best = trial.score;
    curve.push_back(best);
  }
  return curve;
}

std::vector<double> expected_best(const SearchResult& result) {
  std::vector<double> scores;
  for (const Trial& trial : result.trials)
    if (trial.resource >= 1 && !std::isnan(trial.score)) scores.push_back(trial.score);
  std::sort(scores.begin(), scores.end());
  if (!result.greater_is_better) std::reverse(scores.begin(), scores.end());
  const auto total = static_cast<double>(scores.size());
  std::vector<double> curve;
  for (std::size_t n = 1; n <= scores.size(); ++n) {
    // The best of n draws is among the i worst with probability (i / N)^n.
    double expected = 0, before = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const double within = std::pow(static_cast<double>(i + 1) / total, static_cast<double>(n));
      if (within > before) expected += scores[i] * (within - before);
      before = within;
    }
    curve.push_back(expected);
  }
  return curve;
}

}  // namespace grove
