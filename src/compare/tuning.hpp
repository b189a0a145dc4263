#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>

#include "grove/compare/tuning.hpp"

// One tuning budget for all contenders: before the folds run, and what is told of it after.

namespace grove {

/// The contender as it enters the folds: a TunedModel, if there is a budget and it has something to
/// tune. The inner folds, their seed and the metric are the same for all.
Estimator entrant(const Contender& contender, const CompareOptions& options, const Scorer& metric);

/// Fills in Standing::tuned and Standing::tunable.
void mark_tuning(Standing& standing, const Contender& contender, const Estimator& entrant);

/// Throws InvalidParameter for a contender's space that its estimator does not admit.
void check_spaces(const std::vector<Contender>& contenders, const CompareOptions& options);

/// A table of what each contender's tuning spent and found; nothing without tuning.
void write_tuning(std::ostream& out, const Comparison& comparison, const DatasetComparison& data);

/// {"state", "searches", "trials", "failed", "evaluations", "seconds", "work"}
nlohmann::ordered_json tuning_json(const Standing& standing);

/// One fold's search: {"method", "metric", "cv", "seed", "space", "best": trial index,
/// "best_params", "best_score", "trials": [...]}.
nlohmann::ordered_json fold_search_json(const SearchResult& result);

}  // namespace grove
