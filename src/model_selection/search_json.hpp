#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "grove/estimator/estimator.hpp"
#include "grove/model_selection/search_result.hpp"

// Search spaces and trials as JSON: files of spaces, journals and reports.

namespace grove {

/// none is null, a list is an array.
nlohmann::ordered_json json_from_value(const Value& value);
Value value_from_json(const nlohmann::ordered_json& json);

/// {"n_neighbors": {"low": 1, "high": 50, "scale": "log"}, "weights": ["uniform", "distance"]}
nlohmann::ordered_json space_json(const SearchSpace& space);

/// The inverse. Whether a range of numbers is one of integers follows from the model's parameter.
/// `source` names the text in messages. Throws ParseError for text that is no JSON;
/// InvalidParameter for another form, and for what check_space refuses.
SearchSpace read_space(const std::string& text, const Estimator& model, const std::string& source);

/// The parameters of a trial that are in the space.
ParamValues searched_params(const Trial& trial, const SearchSpace& space);

nlohmann::ordered_json json_from_params(const ParamValues& params);
/// {params, resource, score, std, seconds, work, error}; NaN and no error are null.
nlohmann::ordered_json trial_json(const Trial& trial, const SearchSpace& space);
/// What the trials cost in evaluations: their shares of the rows.
double evaluations_of(const SearchResult& result);
/// The sum of all counters.
std::uint64_t total_work(const WorkCounts& work);

}  // namespace grove
