#include "estimator/step_names.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

std::vector<std::string> step_names_of(const std::vector<std::string>& type_names) {
  std::vector<std::string> names = type_names;
  std::map<std::string, int> total, used;
  for (std::string& name : names) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    ++total[name];
  }
  for (std::string& name : names)
    if (total[name] > 1) name += concat("-", ++used[name]);
  return names;
}

std::pair<std::size_t, std::string> split_step_parameter(std::string_view who,
                                                         std::string_view parameter,
                                                         const std::vector<std::string>& steps) {
  const std::size_t cut = parameter.find("__");
  const std::string_view step = parameter.substr(0, cut);
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i] == step && cut != std::string_view::npos)
      return {i, std::string(parameter.substr(cut + 2))};
  throw InvalidParameter(concat(who, " has no parameter '", printable(parameter), "'"),
                         concat("write STEP__PARAMETER, where STEP is one of ", join(steps)));
}

}  // namespace grove
