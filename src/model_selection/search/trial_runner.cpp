#include "model_selection/search/trial_runner.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <map>
#include <mutex>
#include <unordered_set>

#include "core/stopwatch.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/model_selection/cross_validate.hpp"

namespace grove {

namespace {

constexpr std::string_view who = "TunedModel";
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A group in both parts of a fold would be known before it is tested.
void check_groups(const Dataset& data, const std::vector<Split>& splits, const std::string& cv) {
  if (data.groups() == nullptr) return;
  for (const Split& split : splits) {
    std::unordered_set<int> trained;
    for (const Index row : split.train) trained.insert((*data.groups())(row));
    for (const Index row : split.test)
      if (trained.count((*data.groups())(row)) > 0)
        throw InvalidData(concat(who, ": ", cv, " puts group ", (*data.groups())(row),
                                 " into both parts of inner fold ", split.fold),
                          "use GroupKFold or StratifiedGroupKFold, or leave cv to the default");
  }
}

std::vector<Index> ordered_by_groups(const Dataset& data, const std::vector<Index>& rows, Rng rng) {
  std::map<int, std::vector<Index>> rows_of_group;
  for (const Index row : rows) rows_of_group[(*data.groups())(row)].push_back(row);
  std::vector<const std::vector<Index>*> groups;
  groups.reserve(rows_of_group.size());
  for (const auto& [group, own] : rows_of_group) groups.push_back(&own);
  rng.shuffle(groups);
  std::vector<Index> order;
  for (const auto* own : groups) order.insert(order.end(), own->begin(), own->end());
  return order;
}

}  // namespace

Splitter inner_splitter(const Estimator& estimator, const Dataset& data,
                        const SearchOptions& options) {
  constexpr int n_splits = 3;
  if (options.cv) return *options.cv;
  if (data.groups() == nullptr) return default_splitter(estimator, n_splits, options.seed);
  if (data.has_labels())
    return StratifiedGroupKFold{.n_splits = n_splits, .shuffle = true, .seed = options.seed};
  return GroupKFold{.n_splits = n_splits};
}

std::vector<Index> nested_order(const Dataset& data, const std::vector<Index>& rows, bool by_groups,
                                std::uint64_t seed) {
  const Rng rng(seed);
  if (by_groups) return ordered_by_groups(data, rows, rng);
  std::vector<Index> order = rows;
  Rng shuffling = rng;
  shuffling.shuffle(order);
  if (!data.has_labels()) return order;
  // The j-th of n rows of a class comes at (j + 1/2) / n.
  std::vector<double> total(static_cast<std::size_t>(data.n_classes()), 0), next = total;
  for (const Index row : order) ++total[static_cast<std::size_t>(data.labels()(row))];
  std::vector<std::pair<double, Index>> placed;
  for (const Index row : order) {
    const auto k = static_cast<std::size_t>(data.labels()(row));
    placed.emplace_back((next[k] + 0.5) / total[k], row);
    ++next[k];
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = placed[i].second;
  return order;
}

struct TrialRunner::FoldOutcome {
  double score = not_a_number;
  double seconds = 0;
  WorkCounts work;
  std::string error;
  std::exception_ptr thrown;
};

TrialRunner::TrialRunner(const Estimator& estimator, const Dataset& data,
                         const SearchOptions& options, const Context& context)
    : estimator_(estimator),
      data_(data),
      options_(options),
      context_(context),
      scorer_(options.metric ? *options.metric : default_scorers(estimator).front()) {
  const Splitter splitter = inner_splitter(estimator, data, options);
  cv_ = splitter.describe();
  splits_ = splitter.split(data);
  if (splits_.empty()) throw InvalidParameter(concat(who, ": ", cv_, " makes no folds"));
  check_groups(data, splits_, cv_);
  const bool by_groups = estimator.capabilities().ranks_groups && data.groups() != nullptr;
  const Rng seeds = Rng(options.seed).split(2);
  for (std::size_t i = 0; i < splits_.size(); ++i)
    orders_.push_back(nested_order(data, splits_[i].train, by_groups, seeds.split(i)()));
}

int TrialRunner::most_rungs() const {
  constexpr int most = 5;
  double n_folds = 0;
  for (const Split& split : splits_) n_folds += split.repeat == splits_.front().repeat ? 1 : 0;
  const auto n_classes = data_.has_labels() ? static_cast<double>(data_.n_classes()) : 1;
  int rungs = 1;
  for (double rows = static_cast<double>(data_.n_rows()) / 3;
       rows >= 2 * n_folds * n_classes && rungs < most; rows /= 3)
    ++rungs;
  return rungs;
}

std::vector<Index> TrialRunner::rows_of(std::size_t fold, double resource) const {
  if (resource >= 1) return splits_[fold].train;
  const std::vector<Index>& order = orders_[fold];
  const double share = std::round(resource * static_cast<double>(order.size()));
  auto count = static_cast<std::size_t>(std::max(1.0, share));
  if (estimator_.capabilities().ranks_groups && data_.groups() != nullptr)
    while (count < order.size() &&
           (*data_.groups())(order[count]) == (*data_.groups())(order[count - 1]))
      ++count;
  std::vector<Index> rows(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(rows.begin(), rows.end());
  return rows;
}

TrialRunner::FoldOutcome TrialRunner::run_fold(const Candidate& candidate, bool own,
                                               std::size_t fold, const Context& context) const {
  FoldOutcome outcome;
  Ledger ledger;
  Context counting = context;
  counting.ledger = &ledger;
  counting.progress = {};
  const Stopwatch watch;
  try {
    Estimator model = estimator_.unfitted();
    if (!own)
      for (const auto& [name, value] : candidate.params) model.set_param(name, value);
    const Dataset test = data_.take(splits_[fold].test);
    const Dataset train = data_.take(rows_of(fold, candidate.resource));
    const HeldOut held_out(train, test, outer_);
    model.fit(train, counting);
    const PredictionSet predictions = predictions_for(model, test, {scorer_}, counting);
    outcome.seconds = watch.seconds();
    outcome.score = scores_of(predictions, test, {scorer_}, counting).front();
    if (std::isnan(outcome.score)) outcome.error = concat(scorer_.name(), " is not a number");
  } catch (const Cancelled&) {
    throw;
  } catch (const std::exception& error) {
    outcome.seconds = watch.seconds();
    outcome.error = error.what();
    outcome.thrown = std::current_exception();
  }
  outcome.work = ledger.counts();
  return outcome;
}

Trial TrialRunner::trial_of(const Candidate& candidate, const std::vector<FoldOutcome>& folds) {
  Trial trial;
  trial.params = candidate.params;
  trial.resource = candidate.resource;
  double sum = 0, squares = 0;
  for (const FoldOutcome& fold : folds) {
    sum += fold.score;
    trial.seconds += fold.seconds;
    for (const auto& [counter, count] : fold.work) trial.work[counter] += count;
    if (trial.error.empty()) trial.error = fold.error;
    if (!first_error_) first_error_ = fold.thrown;
  }
  const auto n = static_cast<double>(folds.size());
  trial.score = trial.error.empty() ? sum / n : not_a_number;
  for (const FoldOutcome& fold : folds)
    squares += (fold.score - trial.score) * (fold.score - trial.score);
  trial.std = n < 2 || !trial.error.empty() ? not_a_number : std::sqrt(squares / (n - 1));
  return trial;
}

std::vector<Trial> TrialRunner::run(const std::vector<Candidate>& candidates, bool own,
                                    const std::function<void(const Trial&)>& progress) {
  const std::size_t n_folds = splits_.size();
  std::vector<Trial> trials(candidates.size());
  std::vector<std::vector<FoldOutcome>> outcomes(candidates.size(),
                                                 std::vector<FoldOutcome>(n_folds));
  std::vector<std::size_t> open(candidates.size(), n_folds);
  std::size_t next = 0;
  bool broken = false;
  std::mutex mutex;
  const auto n_tasks = static_cast<Index>(candidates.size() * n_folds);
  parallel_tasks(context_, n_tasks, [&](Index task, const Context& inner) {
    const std::size_t i = static_cast<std::size_t>(task) / n_folds;
    const std::size_t fold = static_cast<std::size_t>(task) % n_folds;
    context_.check_stop(who);
    outcomes[i][fold] = run_fold(candidates[i], own, fold, inner);
    const std::scoped_lock lock(mutex);
    --open[i];
    while (!broken && next < candidates.size() && open[next] == 0) {
      const Trial& trial = trials[next] = trial_of(candidates[next], outcomes[next]);
      ++next;
      broken = true;  // unless the receivers return: none is called again after it threw
      if (options_.on_trial) options_.on_trial(trial);
      if (progress) progress(trial);
      broken = false;
    }
  });
  return trials;
}

}  // namespace grove
