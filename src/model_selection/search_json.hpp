#pragma once

#include <string>

#include "grove/estimator/estimator.hpp"
#include "grove/model_selection/search_result.hpp"
#include "params/json_reader.hpp"

// Search spaces and trials as JSON: files of spaces, journals and reports.

namespace grove {

nlohmann::ordered_json params_json(const ParamValues& params);
ParamValues params_from(const JsonReader& reader);

/// {"n_neighbors": {"low": 1, "high": 50, "scale": "log"}, "weights": ["uniform", "distance"]}
nlohmann::ordered_json space_json(const SearchSpace& space);
SearchSpace space_from(const JsonReader& reader);

/// The same as people write it. Whether a range of numbers is one of integers follows from the
/// model's parameter. `source` names the text in messages. Throws ParseError for text that is no
/// JSON; InvalidParameter for another form, and for what check_space refuses.
SearchSpace read_space(const std::string& text, const Estimator& model, const std::string& source);

/// The parameters of a trial that are in the space.
ParamValues searched_params(const Trial& trial, const SearchSpace& space);

/// {params, resource, score, std, seconds, work, error}; NaN and no error are null.
nlohmann::ordered_json trial_json(const Trial& trial, const SearchSpace& space);
/// What the trials cost in evaluations: their shares of the rows.
double evaluations_of(const SearchResult& result);
/// The sum of all counters.
std::uint64_t total_work(const WorkCounts& work);

}  // namespace grove
