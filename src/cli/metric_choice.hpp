#pragma once

#include <string>
#include <vector>

#include "grove/model_selection/scorer.hpp"

namespace grove::cli {

/// "a,b" as scorers; the usual ones of the model's kind if `names` is empty. Throws
/// InvalidParameter with a suggestion for an unknown name, and for a metric of another kind of
/// model.
std::vector<Scorer> chosen_metrics(const std::string& names, const Estimator& model);

/// "a,b" at the commas, without spaces around.
std::vector<std::string> split_names(const std::string& names);

}  // namespace grove::cli
