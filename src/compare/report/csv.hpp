#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compare/report/standings.hpp"

// What can be taken from the page, as CSV with full precision; a number that is none is empty.

namespace grove::report {

/// Quoted where RFC 4180 asks for it.
std::string csv_field(std::string_view text);
std::string csv_number(double value);

/// A link to a file that is in the page itself; works without script and without network.
std::string csv_link(const std::string& file_name, const std::string& text, const std::string& csv);

std::string scores_csv(const Comparison& comparison);
std::string folds_csv(const Comparison& comparison);
std::string ranks_csv(const Comparison& comparison);
std::string tests_csv(const Comparison& comparison, const std::optional<Overall>& overall);
std::string work_csv(const Comparison& comparison);
std::string confusion_csv(const Comparison& comparison);
std::string findings_csv(const Comparison& comparison);

}  // namespace grove::report
