#pragma once

#include <string>

namespace grove::cli {

/// What a comparison needs of the JSON of `grove tune`.
struct TunedFile {
  std::string model;        // "best_model"
  std::string fingerprint;  // of the data that it was tuned on
};

/// `-m @FILE`
bool is_tuned_file(const std::string& model);
/// Throws InvalidParameter for a file that cannot be read or is not such JSON.
TunedFile read_tuned(const std::string& model);

}  // namespace grove::cli
