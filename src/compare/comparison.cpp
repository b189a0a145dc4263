#include "grove/compare/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "compare/baseline.hpp"
#include "compare/protocol.hpp"
#include "compare/standings.hpp"
#include "compare/tuning.hpp"
#include "core/text.hpp"
#include "grove/compare/guards.hpp"
#include "grove/compare/statistics.hpp"
#include "grove/core/error.hpp"
#include "model_selection/check_kind.hpp"

namespace grove {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool is_baseline(const Contender& contender) {
  return contender.estimator.name().rfind("Dummy", 0) == 0;
}

/// The contenders of one data set: those given, and the baseline of its task unless one was given.
std::vector<Contender> field_for(const std::vector<Contender>& contenders, const Dataset& data) {
  std::vector<Contender> field = contenders;
  for (Contender& contender : field) contender.estimator = with_task_of(contender.estimator, data);
  if (baseline_enters(contenders)) {
    if (data.has_labels()) {
      field.push_back({std::string(baseline_name), ClassShares{}});
    } else {
      field.push_back({std::string(baseline_name), TargetMean{}});
    }
  }
  return field;
}

void check_field(const std::vector<Contender>& contenders, const std::vector<Dataset>& datasets) {
  if (contenders.empty()) throw InvalidParameter("compare: there are no contenders");
  if (datasets.empty()) throw InvalidParameter("compare: there are no data sets");
  std::unordered_set<std::string_view> names;
  if (baseline_enters(contenders)) names.insert(baseline_name);
  for (const Contender& contender : contenders)
    if (!names.insert(contender.name).second)
      throw InvalidParameter(
          concat("compare: two contenders are called '", printable(contender.name), "'"),
          "give each its own name");
  std::unordered_set<std::string> fingerprints;
  for (const Dataset& data : datasets)
    if (!fingerprints.insert(data.fingerprint()).second)
      throw InvalidParameter(
          concat("compare: data set '", printable(data.name()), "' is there twice"),
          "ranks and tests over data sets take them for independent: give each once");
}

Splitter splitter_for(const Dataset& data, const CompareOptions& options) {
  if (options.cv) return *options.cv;
  if (data.has_labels())
    return RepeatedStratifiedKFold{
        .n_splits = 5, .n_repeats = options.n_repeats, .seed = options.seed};
  return RepeatedKFold{.n_splits = 5, .n_repeats = options.n_repeats, .seed = options.seed};
}

/// A contender that cannot even be asked (a regressor among classifiers) fails on every fold.
CrossValidation all_failed(const Estimator& estimator, const Dataset& data,
                           const std::vector<Split>& splits, const std::vector<Scorer>& scorers,
                           const Error& error) {
  CrossValidation result;
  result.dataset = data.name();
  result.n_rows = data.n_rows();
  result.n_features = data.n_columns();
  result.fingerprint = data.fingerprint();
  result.model = estimator.expression();
  result.splits_sha256 = splits_sha256(splits);
  for (const Scorer& scorer : scorers) result.metrics.push_back(scorer.name());
  for (const Split& split : splits) {
    FoldResult fold;
    fold.repeat = split.repeat;
    fold.fold = split.fold;
    fold.n_train = static_cast<Index>(split.train.size());
    fold.n_test = static_cast<Index>(split.test.size());
    fold.error = error.what();
    fold.hint = error.hint();
    result.folds.push_back(std::move(fold));
  }
  return result;
}

/// What cross_validate is asked on one data set; the hooks know the fold by its key.
CrossValidateOptions fold_options(const CompareOptions& options, std::size_t dataset,
                                  const std::string& contender,
                                  const std::vector<Scorer>& scorers) {
  CrossValidateOptions result;
  result.metrics = scorers;
  result.keep_predictions = true;
  if (options.finished)
    result.finished = [=, ask = options.finished](std::size_t split) {
      return ask({dataset, contender, split});
    };
  if (options.on_fold)
    result.on_fold = [=, tell = options.on_fold](std::size_t split, const FoldResult& fold,
                                                 const PredictionSet& predictions) {
      tell({dataset, contender, split}, fold, predictions);
    };
  return result;
}

Standing standing_of(const Contender& contender, const Dataset& data,
                     const std::vector<Split>& splits, const CompareOptions& options,
                     const CrossValidateOptions& folds, const Context& context) {
  const std::vector<Scorer>& scorers = folds.metrics;
  Standing standing;
  standing.contender = contender.name;
  const Estimator estimator = entrant(contender, options, scorers.front());
  std::optional<Error> unfit;
  try {
    check_kind("compare", estimator, data);
  } catch (const Error& error) {
    unfit = error;
  }
  standing.result = unfit ? all_failed(estimator, data, splits, scorers, *unfit)
                          : cross_validate_on(estimator, data, splits, folds, context);
  mark_tuning(standing, contender, estimator);
  summarise(standing);
  return standing;
}

}  // namespace

void summarise(Standing& standing) {
  const CrossValidation& result = standing.result;
  standing.mean = result.mean(result.metrics.front());
  standing.std = result.std(result.metrics.front());
  double n_good = 0;
  for (const FoldResult& fold : result.folds) {
    standing.peak_bytes = std::max(standing.peak_bytes, fold.peak_bytes);
    for (const auto& [counter, count] : fold.work) standing.work[counter] += count;
    if (!fold.error.empty()) continue;
    standing.fit_seconds += fold.fit_seconds;
    standing.predict_seconds += fold.predict_seconds;
    standing.cpu_seconds += fold.cpu_seconds;
    ++n_good;
  }
  if (n_good > 0) {
    standing.fit_seconds /= n_good;
    standing.predict_seconds /= n_good;
    standing.cpu_seconds /= n_good;
  }
}

namespace {

/// Ranks by the deciding metric: means over equal ones, failures last.
void rank(std::vector<Standing>& standings, bool greater_is_better) {
  const auto before = [&](const Standing& a, const Standing& b) {
    if (std::isnan(a.mean) || std::isnan(b.mean)) return !std::isnan(a.mean) && std::isnan(b.mean);
    return greater_is_better ? a.mean > b.mean : a.mean < b.mean;
  };
  for (Standing& standing : standings) {
    double better = 0, equal = 0;
    for (const Standing& other : standings) {
      if (before(other, standing)) ++better;
      if (!before(other, standing) && !before(standing, other)) ++equal;
    }
    standing.rank = better + (equal + 1) / 2;
  }
}

/// Which contenders may be called best; see settle.
std::vector<char> claimants(const std::vector<Standing>& standings) {
  std::vector<std::string> models;
  for (const Standing& standing : standings) models.push_back(standing.result.model);
  std::vector<char> may(standings.size(), 1);
  for (std::vector<std::size_t> group : seed_groups(models)) {
    std::stable_sort(group.begin(), group.end(), [&](std::size_t a, std::size_t b) {
      return standings[a].rank < standings[b].rank;
    });
    for (const std::size_t member : group) may[member] = 0;
    may[group[group.size() / 2]] = 1;
  }
  return may;
}

void test_against_best(std::vector<Standing>& standings) {
  const std::vector<char> may = claimants(standings);
  auto best = standings.end();
  for (auto it = standings.begin(); it != standings.end(); ++it)
    if (may[static_cast<std::size_t>(it - standings.begin())] != 0 &&
        (best == standings.end() || it->rank < best->rank))
      best = it;
  best->best = !std::isnan(best->mean);
  const std::string& metric = best->result.metrics.front();
  std::vector<Standing*> tested;
  for (Standing& standing : standings) {
    standing.t_statistic = not_a_number;
    standing.p_value = standing.p_adjusted = not_a_number;
    if (&standing == &*best || std::isnan(standing.mean) || best->result.folds.size() < 2) continue;
    const Vector differences = standing.result.scores(metric) - best->result.scores(metric);
    if (!differences.allFinite()) continue;  // a metric may say infinity; no test can use it
    const statistics::TestResult test =
        statistics::corrected_resampled_t(differences, test_train_ratio(standing.result));
    standing.t_statistic = test.statistic;
    standing.p_value = test.p_value;
    tested.push_back(&standing);
  }
  Vector p_values(static_cast<Index>(tested.size()));
  for (std::size_t i = 0; i < tested.size(); ++i)
    p_values(static_cast<Index>(i)) = tested[i]->p_value;
  const Vector adjusted = statistics::adjust(p_values, statistics::Adjustment::holm);
  for (std::size_t i = 0; i < tested.size(); ++i)
    tested[i]->p_adjusted = adjusted(static_cast<Index>(i));
}

}  // namespace

double test_train_ratio(const CrossValidation& result) {
  double ratio = 0;
  for (const FoldResult& fold : result.folds)
    ratio += static_cast<double>(fold.n_test) / static_cast<double>(fold.n_train);
  return ratio / static_cast<double>(result.folds.size());
}

void settle(std::vector<Standing>& standings, bool greater_is_better) {
  rank(standings, greater_is_better);
  test_against_best(standings);
}

namespace {

/// What is known before anything is fitted.
std::vector<Finding> early_findings(const std::vector<Contender>& field, const Dataset& data,
                                    const std::vector<Split>& splits, const CompareOptions& options,
                                    const Context& context) {
  std::vector<Finding> findings =
      fold_findings(data, splits, {.time_column = options.time_column}, context);
  for (Finding& finding : field_findings(field, data, splits, options))
    findings.push_back(std::move(finding));
  return findings;
}

DatasetComparison compare_on(const std::vector<Contender>& contenders, const Dataset& data,
                             std::size_t place, const CompareOptions& options,
                             const Context& context) {
  const std::vector<Contender> field = field_for(contenders, data);
  const auto [splitter, splits, scorers] = protocol_for(data, options);
  DatasetComparison result;
  result.dataset = data.name();
  result.n_rows = data.n_rows();
  result.n_features = data.n_columns();
  result.fingerprint = data.fingerprint();
  result.splitter = splitter.describe();
  result.splits_sha256 = splits_sha256(splits);
  result.metric = scorers.front().name();
  result.greater_is_better = scorers.front().greater_is_better();
  if (data.has_labels()) result.labels = data.labels();
  if (data.has_target()) result.target = data.target();
  result.class_names = data.class_names();
  result.audit = audit(data, {}, context);
  result.findings = early_findings(field, data, splits, options, context);
  for (const Contender& contender : field) {
    context.check_stop("compare");
    result.standings.push_back(standing_of(contender, data, splits, options,
                                           fold_options(options, place, contender.name, scorers),
                                           context));
    result.standings.back().result.splitter = result.splitter;
  }
  settle(result.standings, result.greater_is_better);
  for (Finding& finding : result_findings(result, options))
    result.findings.push_back(std::move(finding));
  return result;
}

}  // namespace

Protocol protocol_for(const Dataset& data, const CompareOptions& options) {
  if (!data.has_labels() && !data.has_target())
    throw InvalidData(concat("compare: data set '", printable(data.name()), "' has no target"),
                      "name the target column when reading the data");
  const Splitter splitter = splitter_for(data, options);
  // The baseline answers for the task: its metrics are everybody's.
  std::vector<Scorer> scorers = options.metrics;
  if (scorers.empty())
    scorers = data.has_labels() ? std::vector<Scorer>{"accuracy", "balanced_accuracy"}
                                : std::vector<Scorer>{"r2", "rmse", "mae"};
  return {splitter, splitter.split(data), std::move(scorers)};
}

bool baseline_enters(const std::vector<Contender>& contenders) {
  return std::none_of(contenders.begin(), contenders.end(), is_baseline);
}

Comparison compare(const std::vector<Contender>& contenders, const std::vector<Dataset>& datasets,
                   const CompareOptions& options, const Context& context) {
  check_field(contenders, datasets);
  check_spaces(contenders, options);
  Comparison comparison;
  if (options.tune) comparison.tuning = to_text(*options.tune);
  comparison.seed = options.seed;
  comparison.environment = environment(context);
  comparison.plan = plan_of(contenders, datasets, options);
  if (options.strict)
    for (const Dataset& data : datasets)
      refuse_findings(early_findings(field_for(contenders, data), data,
                                     protocol_for(data, options).splits, options, context));
  for (std::size_t i = 0; i < datasets.size(); ++i)
    comparison.datasets.push_back(compare_on(contenders, datasets[i], i, options, context));
  const auto n = static_cast<Index>(comparison.datasets.front().standings.size());
  comparison.average_ranks = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) {
    comparison.contenders.push_back(
        comparison.datasets.front().standings[static_cast<std::size_t>(i)].contender);
    for (const DatasetComparison& data : comparison.datasets)
      comparison.average_ranks(i) += data.standings[static_cast<std::size_t>(i)].rank;
  }
  comparison.average_ranks /= static_cast<double>(comparison.datasets.size());
  comparison.findings = tuning_findings(contenders, comparison.datasets);
  return comparison;
}

}  // namespace grove
