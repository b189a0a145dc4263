#pragma once

#include "compare/plan_json.hpp"

// The head that comparison reports, plans and checkpoints share.

namespace grove {

struct Format {
  std::string_view name;
  int version = 1;
};
inline constexpr Format comparison_format{"grove comparison", 1};
inline constexpr Format plan_format{"grove comparison plan", 1};
inline constexpr Format checkpoint_format{"grove comparison checkpoint", 1};

/// {"format": name, "format_version": version}
nlohmann::ordered_json format_json(Format format);
/// Throws ParseError for another format, or a later version of it, by name.
void check_format(const JsonReader& reader, Format format);
/// The plan of a document whose format is right and whose hash is the plan's.
Plan checked_plan(const JsonReader& reader, Format format);

}  // namespace grove
