#pragma once

#include <nlohmann/json.hpp>

#include "grove/model_selection/cross_validate.hpp"

// Pieces of the cross-validation JSON that the comparison's JSON is made of too.

namespace grove {

/// [{code, title, text}]; title is null for findings of the audit.
nlohmann::ordered_json findings_json(const std::vector<Finding>& findings);
nlohmann::ordered_json model_json(const CrossValidation& result);
nlohmann::ordered_json dataset_json(const CrossValidation& result);
nlohmann::ordered_json environment_json(const Context& context);

}  // namespace grove
