#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "grove/compare/plan.hpp"
#include "grove/core/environment.hpp"
#include "grove/data/audit.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "grove/model_selection/search.hpp"

namespace grove {

/// Where parameters were searched for before the comparison: on these rows, or on a data set of
/// this fingerprint.
struct TunedOn {
  RowSet rows = {};
  std::string fingerprint = {};
};

/// A model that takes part, under a name of its own.
struct Contender {
  std::string name;
  Estimator estimator;
  /// What is tuned of it, if the comparison tunes; default: estimator.search_space(). Empty: it is
  /// held back, and marked as untuned.
  std::optional<SearchSpace> space = {};
  std::optional<TunedOn> tuned_on = {};
};

/// One fold of one contender on one data set; places count from 0.
struct FoldKey {
  std::size_t dataset = 0;
  std::string contender;
  std::size_t split = 0;
};

struct CompareOptions {
  /// Default: 5 shuffled folds, stratified for classes, repeated `n_repeats` times.
  std::optional<Splitter> cv = {};
  int n_repeats = 1;
  std::uint64_t seed = 0;
  /// Default: default_scorers() of the task. The first one decides who is best.
  std::vector<Scorer> metrics = {};
  /// Every contender with something to tune is tuned inside the training part of each fold, with
  /// this budget, the same inner folds and the deciding metric, unless it names one. Its `space`
  /// stays empty: spaces are the contenders'.
  std::optional<SearchOptions> tune = {};
  /// As in CrossValidateOptions.
  std::string time_column = {};
  /// The metric that a plan made beforehand lets decide; "" if there is no plan.
  std::string planned_metric = {};
  /// Findings are errors: those that are known before the first fit throw InvalidData.
  bool strict = false;
  /// As in CrossValidateOptions: what is done already, and what gets done. See Checkpoint.
  std::function<const FinishedFold*(const FoldKey&)> finished = {};
  std::function<void(const FoldKey&, const FoldResult&, const PredictionSet&)> on_fold = {};
};

/// One contender on one data set.
struct Standing {
  std::string contender;
  CrossValidation result;  // with out-of-fold predictions
  bool tuned = false;
  bool tunable = false;  // whether there is something to tune; see tuning_state()
  double mean = 0;       // of the deciding metric; NaN if a fold failed
  double std = 0;
  double rank = 0;  // 1 = best; equal means share; failed ones come last
  bool best = false;
  /// Corrected resampled t test against the best; NaN for the best itself and for failed ones.
  double t_statistic = 0;
  double p_value = 0;
  double p_adjusted = 0;   // by Holm, for all rivals of the best on this data set
  double fit_seconds = 0;  // means over the folds that did not fail
  double predict_seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t peak_bytes = 0;  // largest of the folds
  WorkCounts work;               // sum over the folds
};

struct DatasetComparison {
  std::string dataset;
  Index n_rows = 0;
  Index n_features = 0;
  std::string fingerprint;
  std::string splitter;
  std::string splits_sha256;
  std::string metric;
  bool greater_is_better = true;
  /// What was to be predicted: classes with their names, or values.
  Labels labels;
  std::vector<std::string> class_names;
  Vector target;
  std::vector<Finding> audit;       // of the data alone
  std::vector<Finding> findings;    // of the comparison on it: codes in leak_guards.hpp
  std::vector<Standing> standings;  // in the order of the contenders
};

struct Comparison {
  std::vector<std::string> contenders;
  std::vector<DatasetComparison> datasets;
  Vector average_ranks;           // over the data sets
  std::string tuning;             // "random:20"; "" for none
  std::vector<Finding> findings;  // of the comparison as a whole
  Plan plan;
  Environment environment;
  std::uint64_t seed = 0;
};

/// The name under which the baseline enters.
inline constexpr std::string_view baseline_name = "Dummy (baseline)";

/// Compares every contender on every data set. On each, the folds are made once and are the same
/// for all; all that a contender learns it learns inside the fold; a baseline that ignores the
/// features (class shares, or the mean) enters by itself; a contender that fails on a fold stays in
/// the table as failed, with its message, and the others go on. Differences from the best are
/// tested by the corrected resampled t test. Throws InvalidParameter for no contenders, no data
/// sets or a name that repeats.
Comparison compare(const std::vector<Contender>& contenders, const std::vector<Dataset>& datasets,
                   const CompareOptions& options = {}, const Context& context = {});

/// A table per data set, then the average ranks.
std::ostream& operator<<(std::ostream& out, const Comparison& comparison);

/// Everything, with full precision: what was decided, every fold, tests, ranks, the environment.
/// Apart from times, memory and environment it is the same text for the same plan.
std::string to_json(const Comparison& comparison, const Context& context = {});

/// One page that needs no network: what was found and what to mistrust in words, ranks, scores,
/// time, work, tuning, calibration, ROC, confusions or residuals, findings, provenance; CSV of all.
std::string to_html(const Comparison& comparison, const Context& context = {});

}  // namespace grove
