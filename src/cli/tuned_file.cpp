#include "cli/tuned_file.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cli {

bool is_tuned_file(const std::string& model) { return !model.empty() && model.front() == '@'; }

TunedFile read_tuned(const std::string& model) {
  using nlohmann::json;
  const std::string path = model.substr(1);
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw InvalidParameter(concat("-m ", printable(model), ": cannot read '", printable(path), "'"),
                           "write it with: grove tune DATA -m MODEL --json FILE");
  const json all = json::parse(file, nullptr, false);
  TunedFile tuned;
  const auto text_of = [](const json& object, const char* key) {
    const auto at = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && at != object.end() && at->is_string() ? at->get<std::string>()
                                                                       : std::string();
  };
  tuned.model = text_of(all, "best_model");
  tuned.fingerprint = text_of(all, "fingerprint");
  if (tuned.fingerprint.empty() && all.is_object() && all.contains("dataset"))
    tuned.fingerprint = text_of(all["dataset"], "fingerprint");
  if (tuned.model.empty() || tuned.fingerprint.empty())
    throw InvalidParameter(
        concat("-m ", printable(model), ": the file lacks ",
               tuned.model.empty() ? "best_model" : "the fingerprint of the data"),
        "it is to be the JSON of grove tune: grove tune DATA -m MODEL --json FILE");
  return tuned;
}

}  // namespace grove::cli
