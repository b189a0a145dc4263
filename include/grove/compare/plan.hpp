#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct CompareOptions;
struct Contender;

/// A column, the target, the weights or the groups of a planned data set.
struct PlannedColumn {
  std::string name;
  std::string digest;  // of kind, categories and values: 16 hex digits
};

struct PlannedDataset {
  std::string name;
  /// A bundled name or a path, and how it was read: option, values. Where the data lie is no part
  /// of the plan, what they are is. Empty if they came from a program.
  std::string source;
  std::vector<std::pair<std::string, std::vector<std::string>>> reading;
  Index n_rows = 0;
  Index n_features = 0;
  std::string fingerprint;
  std::vector<PlannedColumn> columns;
  std::string splitter;
  std::string splits_sha256;
  Index n_splits = 0;
  std::vector<std::string> metrics;  // the first decides
};

struct PlannedContender {
  std::string name;
  std::string expression;
  ParamValues params;    // all of them, those at their defaults too
  SearchSpace space;     // what is tuned, if the comparison tunes
  std::string tuned_on;  // fingerprint of the data that it was tuned on before; "" for none
};

/// All that is decided before a comparison runs.
struct Plan {
  std::vector<PlannedDataset> datasets;
  std::vector<PlannedContender> contenders;  // those given
  bool baseline = true;                      // one more enters by itself
  std::string cv;                            // as asked for; "" = the default
  int n_repeats = 1;
  std::vector<std::string> metrics;  // as asked for; none = the task's
  std::string time_column;           // that tells the time of each row; "" for none
  std::string tuning;                // "random:20"; "" for none
  std::string tuning_cv;             // what a program asked for; "" = the default
  std::string tuning_metric;
  std::uint64_t tuning_seed = 0;
  std::uint64_t seed = 0;
};

/// Throws what compare() throws before it runs.
Plan plan_of(const std::vector<Contender>& contenders, const std::vector<Dataset>& datasets,
             const CompareOptions& options);

/// SHA-256 over all but `source`, `reading` and `cv`: equal for plans without differences.
std::string plan_sha256(const Plan& plan);

/// What `now` has otherwise than `before`, one sentence each: "the metric of iris was accuracy and
/// is log_loss", "contender 'k-NN' was added". Empty if the hashes are equal.
std::vector<std::string> plan_differences(const Plan& before, const Plan& now);

/// How the data of `now` differ from those that were planned, as far as can be told: "column
/// 'petal_width' has other values". Empty if the fingerprints are equal.
std::vector<std::string> data_differences(const PlannedDataset& before, const PlannedDataset& now);

std::string to_json(const Plan& plan);
/// Reads what to_json wrote. Throws ParseError naming the file and the place in it.
Plan read_plan(const std::string& path);

}  // namespace grove
