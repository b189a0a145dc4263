#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "grove/compare/comparison.hpp"

namespace grove::cli {

/// A comparison about to run.
struct ReadyComparison {
  std::vector<Contender> contenders;
  std::vector<Dataset> datasets;
  CompareOptions options;
  Plan plan;
};

struct ComparisonOutputs {
  std::string json, html;
  /// Where finished folds are kept. "": beside the JSON or the page, until they are written.
  std::string checkpoint;
};

/// The plan goes to `path` before anything runs; if it is there, `plan` must be the same: throws
/// InvalidParameter with the differences. "": nothing.
void hold_to_plan(const std::string& path, const Plan& plan, const Session& session);

/// Runs, or goes on from the checkpoint. Interrupted, it throws Cancelled with the way to go on. If
/// every model failed on every fold: InvalidData.
Comparison run_comparison(const ReadyComparison& ready, const ComparisonOutputs& outputs,
                          const Session& session);

/// Deletes the checkpoint that nobody asked for, when the outputs are written.
void remove_checkpoint(const ComparisonOutputs& outputs);

}  // namespace grove::cli
