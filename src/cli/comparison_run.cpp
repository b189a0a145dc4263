#include "cli/comparison_run.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "cli/output.hpp"
#include "core/text.hpp"
#include "grove/compare/checkpoint.hpp"
#include "grove/core/error.hpp"

namespace grove::cli {

namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Beside the first output that is a file; "" if there is none.
std::string checkpoint_beside(const ComparisonOutputs& outputs) {
  for (const std::string& path : {outputs.json, outputs.html}) {
    std::error_code ignored;
    if (path.empty() || path == "-") continue;
    if (!exists(path) || fs::is_regular_file(path, ignored)) return path + ".checkpoint";
  }
  return "";
}

/// The first failure if every model failed in every fold of every data set, so that there is
/// nothing to compare; else null.
const FoldResult* failure_of_all(const Comparison& comparison) {
  const FoldResult* first = nullptr;
  for (const DatasetComparison& part : comparison.datasets)
    for (const Standing& standing : part.standings) {
      const auto n_folds = static_cast<Index>(standing.result.folds.size());
      if (standing.contender == baseline_name) continue;
      if (standing.result.n_failed() < n_folds) return nullptr;
      if (first == nullptr && n_folds > 0) first = &standing.result.folds.front();
    }
  return first;
}

bool same_deciding_metrics(const Plan& a, const Plan& b) {
  if (a.datasets.size() != b.datasets.size()) return true;
  return std::equal(a.datasets.begin(), a.datasets.end(), b.datasets.begin(),
                    [](const PlannedDataset& one, const PlannedDataset& other) {
                      return one.metrics.empty() || other.metrics.empty() ||
                             one.metrics.front() == other.metrics.front();
                    });
}

std::string quoted(const std::string& path) { return concat("'", printable(path, 300), "'"); }

[[noreturn]] void interrupted(const std::optional<Checkpoint>& checkpoint) {
  if (!checkpoint)
    throw Cancelled(
        "interrupted",
        "nothing was kept; with --checkpoint FILE the folds that are done are kept, and "
        "the same command goes on from there");
  if (checkpoint->n_done() == 0)
    throw Cancelled("interrupted", "no fold was done, and nothing was written");
  throw Cancelled("interrupted",
                  concat(checkpoint->n_done(), " of ", checkpoint->n_folds(), " folds are kept in ",
                         quoted(checkpoint->path()), "; the same command goes on from there"));
}

}  // namespace

void hold_to_plan(const std::string& path, const Plan& plan, const Session& session) {
  if (path.empty()) return;
  if (!exists(path)) {
    write_text(path, to_json(plan));
    session.note(
        concat("grove: note: the plan is in ", quoted(path), ", SHA-256 ", plan_sha256(plan)));
    return;
  }
  const Plan before = read_plan(path);
  const std::vector<std::string> differences = plan_differences(before, plan);
  if (differences.empty()) return;
  std::string list;
  for (const std::string& difference : differences)
    list += concat(list.empty() ? "" : "; ", difference);
  // What one is tempted to choose with the results in view.
  const std::string guard = same_deciding_metrics(before, plan) ? "" : "G-LEAK-11: ";
  throw InvalidParameter(
      concat(guard, "this is not the comparison that was planned in ", quoted(path), ": ", list),
      "run what was planned, or put the new plan into another file, where all can see both");
}

Comparison run_comparison(const ReadyComparison& ready, const ComparisonOutputs& outputs,
                          const Session& session) {
  CompareOptions options = ready.options;
  const std::string path =
      outputs.checkpoint.empty() ? checkpoint_beside(outputs) : outputs.checkpoint;
  std::optional<Checkpoint> checkpoint;
  if (!path.empty()) {
    checkpoint.emplace(path, ready.plan);
    checkpoint->attach(options);
    if (checkpoint->n_found() > 0)
      session.note(concat("grove: note: ", checkpoint->n_found(), " of ", checkpoint->n_folds(),
                          " folds are taken from ", quoted(path)));
  }
  try {
    Comparison comparison = compare(ready.contenders, ready.datasets, options, session.context());
    clear_progress();
    comparison.plan = ready.plan;
    if (const FoldResult* failure = failure_of_all(comparison)) {
      if (outputs.checkpoint.empty() && checkpoint) checkpoint->remove();
      throw InvalidData(failure->error, failure->hint);
    }
    return comparison;
  } catch (const Error& error) {
    if (outputs.checkpoint.empty() && checkpoint && checkpoint->n_done() == 0) checkpoint->remove();
    if (dynamic_cast<const Cancelled*>(&error) != nullptr) interrupted(checkpoint);
    throw;
  }
}

void remove_checkpoint(const ComparisonOutputs& outputs) {
  if (!outputs.checkpoint.empty()) return;
  const std::string path = checkpoint_beside(outputs);
  std::error_code ignored;
  if (!path.empty()) fs::remove(path, ignored);
}

}  // namespace grove::cli
