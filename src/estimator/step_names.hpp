#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grove {

/// Type names in lower case; those that repeat get -1, -2, ... as in scikit-learn's make_pipeline.
std::vector<std::string> step_names_of(const std::vector<std::string>& type_names);

/// "step__parameter" -> (index of the step, "parameter"). Throws InvalidParameter naming `who`.
std::pair<std::size_t, std::string> split_step_parameter(std::string_view who,
                                                         std::string_view parameter,
                                                         const std::vector<std::string>& steps);

}  // namespace grove
