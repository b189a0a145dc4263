#pragma once

#include "grove/compare/plan.hpp"
#include "params/json_reader.hpp"

namespace grove {

/// `where_from`: with what is no part of the decision.
nlohmann::ordered_json plan_json(const Plan& plan, bool where_from = true);
Plan plan_from(const JsonReader& reader);

}  // namespace grove
