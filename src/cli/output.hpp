#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "grove/core/ledger.hpp"

namespace grove::cli {

using Json = nlohmann::ordered_json;

/// Text to standard output. Throws Error if it cannot be written (a full device, a closed pipe).
void print(std::string_view text);

/// Throws before the work is done if an output could not be written; "" and "-" are none.
void check_outputs(const std::vector<std::string>& paths);

/// JSON to a file, whole or not at all, or to standard output if `path` is "-". NaN becomes null.
void write_json(const std::string& path, const Json& json);

/// Text to a file, whole or not at all, or to standard output if `path` is "-".
void write_text(const std::string& path, std::string_view text);

/// {"counter": n, ...}
Json work_json(const WorkCounts& work);

/// A field as RFC 4180 has it: quoted where it must be.
std::string csv_field(std::string_view text);

/// Columns padded to their width, two spaces between; numbers to the right.
std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows);

/// Rounded for reading: 0.9533.
std::string rounded(double value, int digits = 4);

}  // namespace grove::cli
