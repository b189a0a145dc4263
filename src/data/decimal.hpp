#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
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

/// Reads such a number at the beginning of [p, end) if it has at most 19 digits and a moderate
/// exponent: returns its end, or null for whatever needs parse_decimal.
const char* parse_decimal_prefix(const char* p, const char* end, double& value);

/// The digits at the beginning of the 8 bytes at p: their value and, returned, their number.
/// Without a branch on how many there are, which could not be predicted. After Lemire, "Number
/// parsing at a gigabyte per second", SPE 51 (2021).
inline int parse_up_to_8_digits(const char* p, std::uint64_t& value) {
  std::uint64_t chunk = 0;
  std::memcpy(&chunk, p, 8);
  if constexpr (std::endian::native == std::endian::big) chunk = __builtin_bswap64(chunk);
  chunk ^= 0x3030303030303030;  // digits become 0..9
  const std::uint64_t others = ((chunk + 0x7676767676767676) | chunk) & 0x8080808080808080;
  const int n = others == 0 ? 8 : std::countr_zero(others) / 8;
  if (n == 0) return 0;
  chunk <<= 64 - 8 * n;  // leading zeros
  chunk = (chunk * 2561 >> 8) & 0x00ff00ff00ff00ff;
  chunk = (chunk * 6553601 >> 16) & 0x0000ffff0000ffff;
  value = chunk * 42949672960001 >> 32;
  return n;
}

}  // namespace grove
