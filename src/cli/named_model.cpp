#include "cli/named_model.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cli {

std::pair<std::string, std::string> split_name(const std::string& text) {
  const std::size_t place = text.find_first_of("=(|\"'");
  if (text.empty() || text.front() == '@' || place == std::string::npos || text[place] != '=')
    return {"", text};
  std::string name = text.substr(0, place);
  while (!name.empty() && name.back() == ' ') name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
  if (name.empty() || printable(name) != name)
    throw InvalidParameter(
        concat("'", printable(text), "': expected a name of at most 80 characters before ="),
        "write NAME=MODEL, as in '5-NN=KNeighborsClassifier(n_neighbors=5)', or the model alone");
  return {std::move(name), text.substr(place + 1)};
}

}  // namespace grove::cli
