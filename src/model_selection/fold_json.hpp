#pragma once

#include "grove/model_selection/cross_validate.hpp"
#include "params/json_reader.hpp"

// Finished folds and searches as JSON from which they come back with every bit.

namespace grove {

nlohmann::ordered_json search_json(const SearchResult& result);
SearchResult search_from(const JsonReader& reader);

nlohmann::ordered_json finished_fold_json(const FoldResult& fold, const PredictionSet& predictions);
/// Throws ParseError. That the fold fits the split is for cross_validate to check.
FinishedFold finished_fold_from(const JsonReader& reader);

}  // namespace grove
