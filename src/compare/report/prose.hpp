#pragma once

#include <cstddef>
#include <string>
#include <vector>

// Words for numbers and lists in sentences.

namespace grove::report {

/// "one" to "twelve", then digits.
std::string number_word(std::size_t n);
std::string capital(std::string text);
/// "one model", "seven models"
std::string counted(std::size_t n, const std::string& one, const std::string& many);
/// "a, b and c"; more than `most`: "a, b and 5 others". Items are HTML already.
std::string listed(const std::vector<std::string>& items, std::size_t most = 6,
                   const std::string& last = "and");
/// "p = 0.0123", "p &lt; 0.0001"
std::string p_text(double p);

}  // namespace grove::report
