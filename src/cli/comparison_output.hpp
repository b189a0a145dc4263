#pragma once

#include <sstream>
#include <string>

#include "cli/output.hpp"
#include "grove/core/context.hpp"

namespace grove::cli {

/// A comparison as a table on standard output, unless the page or the JSON goes there, and as both
/// where they are asked for.
template <class Comparison>
void write_comparison(const Comparison& comparison, const std::string& html,
                      const std::string& json, const Context& context) {
  if (json != "-" && html != "-") {
    std::ostringstream text;
    text << comparison;
    print(text.str());
  }
  if (!html.empty()) write_text(html, to_html(comparison, context));
  if (!json.empty()) write_text(json, to_json(comparison, context));
}

}  // namespace grove::cli
