#include "compare/report/standings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "compare/standings.hpp"
#include "grove/compare/statistics.hpp"

namespace grove::report {

namespace {
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}

bool is_baseline(const Standing& standing) {
  return standing.contender == baseline_name || standing.result.model.rfind("Dummy", 0) == 0;
}

std::vector<std::size_t> by_rank(const DatasetComparison& data) {
  std::vector<std::size_t> order(data.standings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return data.standings[a].rank < data.standings[b].rank;
  });
  return order;
}

std::optional<std::size_t> best_of(const DatasetComparison& data) {
  for (std::size_t i = 0; i < data.standings.size(); ++i)
    if (data.standings[i].best) return i;
  return {};
}

std::vector<AgainstBest> against_best(const DatasetComparison& data) {
  std::vector<AgainstBest> found(data.standings.size(),
                                 {not_a_number, {not_a_number, not_a_number, not_a_number}});
  const std::optional<std::size_t> best = best_of(data);
  if (!best) return found;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Standing& standing = data.standings[i];
    if (std::isnan(standing.p_value)) continue;
    found[i].p_holm = standing.p_adjusted;
    Vector behind =
        data.standings[*best].result.scores(data.metric) - standing.result.scores(data.metric);
    if (!data.greater_is_better) behind = -behind;
    found[i].behind =
        statistics::mean_difference(behind, 1 - alpha, test_train_ratio(standing.result));
  }
  return found;
}

Layout layout_of(const DatasetComparison& data) {
  std::set<int> folds, repeats;
  Layout layout;
  for (const FoldResult& fold : data.standings.front().result.folds) {
    folds.insert(fold.fold);
    repeats.insert(fold.repeat);
    layout.least_test =
        layout.least_test == 0 ? fold.n_test : std::min(layout.least_test, fold.n_test);
  }
  layout.n_folds = static_cast<int>(folds.size());
  layout.n_repeats = static_cast<int>(repeats.size());
  return layout;
}

namespace {

/// Mean scores of the contenders that have one everywhere; larger is better.
std::vector<PairComparison> wilcoxon_pairs(const Comparison& comparison) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < comparison.contenders.size(); ++i)
    if (std::all_of(
            comparison.datasets.begin(), comparison.datasets.end(),
            [&](const DatasetComparison& data) { return std::isfinite(data.standings[i].mean); }))
      kept.push_back(i);
  if (kept.size() < 2) return {};
  ScoreTable table;
  table.scores.resize(static_cast<Index>(comparison.datasets.size()),
                      static_cast<Index>(kept.size()));
  for (std::size_t d = 0; d < comparison.datasets.size(); ++d) {
    const DatasetComparison& data = comparison.datasets[d];
    table.rows.push_back(data.dataset);
    for (std::size_t i = 0; i < kept.size(); ++i)
      table.scores(static_cast<Index>(d), static_cast<Index>(i)) =
          (data.greater_is_better ? 1 : -1) * data.standings[kept[i]].mean;
  }
  for (const std::size_t i : kept) table.contenders.push_back(comparison.contenders[i]);
  std::vector<PairComparison> pairs = compare_scores(table).pairs;
  for (PairComparison& pair : pairs) {
    pair.first = static_cast<Index>(kept[static_cast<std::size_t>(pair.first)]);
    pair.second = static_cast<Index>(kept[static_cast<std::size_t>(pair.second)]);
    if (pair.better >= 0)
      pair.better = static_cast<Index>(kept[static_cast<std::size_t>(pair.better)]);
  }
  return pairs;
}

}  // namespace

std::optional<Overall> overall_of(const Comparison& comparison) {
  const auto n = static_cast<Index>(comparison.datasets.size());
  const auto k = static_cast<Index>(comparison.contenders.size());
  if (n < 2 || k < 2) return {};
  Overall overall;
  overall.ranks.resize(n, k);
  for (Index d = 0; d < n; ++d)
    for (Index i = 0; i < k; ++i)
      overall.ranks(d, i) = comparison.datasets[static_cast<std::size_t>(d)]
                                .standings[static_cast<std::size_t>(i)]
                                .rank;
  overall.friedman = statistics::friedman(overall.ranks);
  overall.diagram = critical_difference(comparison.contenders, comparison.average_ranks, n, alpha);
  overall.pairs = wilcoxon_pairs(comparison);
  return overall;
}

std::optional<Predicted> predicted_of(const DatasetComparison& data, const Standing& standing) {
  if (standing.result.out_of_fold.empty()) return {};
  const OutOfFold& all = standing.result.out_of_fold.front();
  const bool classes = data.labels.size() > 0;
  const Index n = classes ? all.labels.size() : all.values.size();
  if (n == 0 || n != (classes ? data.labels.size() : data.target.size())) return {};
  const bool with_proba = classes && all.proba.rows() == n &&
                          all.proba.cols() == static_cast<Index>(data.class_names.size());
  Predicted found;
  for (Index i = 0; i < n; ++i)
    if (classes ? all.labels(i) >= 0 && (!with_proba || all.proba.row(i).allFinite())
                : std::isfinite(all.values(i)))
      found.rows.push_back(i);
  if (found.rows.empty()) return {};
  if (classes) {
    found.truth = data.labels(found.rows);
    found.labels = all.labels(found.rows);
    if (with_proba) found.proba = all.proba(found.rows, Eigen::all);
  } else {
    found.target = data.target(found.rows);
    found.values = all.values(found.rows);
  }
  return found;
}

}  // namespace grove::report
