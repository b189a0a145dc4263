#pragma once

#include <string_view>

namespace grove {

enum class DecimalKind { number, overflow, infinite, word };

struct Decimal {
  DecimalKind kind = DecimalKind::word;
  double value = 0;
};

/// Reads a decimal number that fills `text`: an optional sign, digits with an optional point, an
/// optional exponent. Correctly rounded; what is too small becomes 0. No locale, no hex.
Decimal parse_decimal(std::string_view text);

}  // namespace grove
