#include "data/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <limits>

namespace grove {

namespace {

constexpr std::array<double, 23> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::array<long double, 28> long_powers_of_ten{
    1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
    1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
    1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_infinity(std::string_view text) {
  std::string_view word = text;
  if (!word.empty() && (word.front() == '+' || word.front() == '-')) word.remove_prefix(1);
  if (word.size() != 3 && word.size() != 8) return false;
  constexpr std::string_view infinity = "infinity";
  for (std::size_t i = 0; i < word.size(); ++i)
    if ((word[i] | 0x20) != infinity[i]) return false;
  return true;
}

constexpr std::array<std::uint64_t, 9> integer_powers_of_ten{
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

/// Appends the digits at p to `mantissa` (modulo 2^64); returns their end.
const char* append_digits(const char* p, const char* end, std::uint64_t& mantissa) {
  while (end - p >= 8) {
    std::uint64_t value = 0;
    const int n = parse_up_to_8_digits(p, value);
    if (n == 0) return p;
    mantissa = mantissa * integer_powers_of_ten[static_cast<std::size_t>(n)] + value;
    p += n;
    if (n < 8) return p;
  }
  for (; p != end && is_digit(*p); ++p)
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p - '0');
  return p;
}

/// mantissa * 10^exponent, correctly rounded; false where that takes more than one operation.
bool scale(std::uint64_t mantissa, std::int64_t exponent, double& value) {
  // Clinger, "How to read floating point numbers accurately", PLDI 1990: both factors are exact.
  if (mantissa <= std::uint64_t{1} << 53 && exponent >= -22 && exponent <= 22) {
    value = static_cast<double>(mantissa);
    if (exponent < 0) {
      value /= powers_of_ten[static_cast<std::size_t>(-exponent)];
    } else {
      value *= powers_of_ten[static_cast<std::size_t>(exponent)];
    }
    return true;
  }
  // The same with 64 bits. Rounding those to 53 is right unless they lie half-way.
  if constexpr (std::numeric_limits<long double>::digits == 64) {
    if (exponent < -27 || exponent > 27) return false;
    auto wide = static_cast<long double>(mantissa);
    if (exponent < 0) {
      wide /= long_powers_of_ten[static_cast<std::size_t>(-exponent)];
    } else {
      wide *= long_powers_of_ten[static_cast<std::size_t>(exponent)];
    }
    std::uint64_t bits = 0;
    std::memcpy(&bits, &wide, sizeof bits);
    value = static_cast<double>(wide);
    return (bits & 0x7ff) != 0x400;
  }
  return false;
}

/// Whether the decimal without sign is at least 1: tells overflow from underflow, which from_chars
/// does not.
bool is_large(std::string_view text) {
  const std::size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view digits = text.substr(0, e);
  const auto point = static_cast<std::int64_t>(std::min(digits.find('.'), digits.size()));
  const auto first = static_cast<std::int64_t>(digits.find_first_of("123456789"));
  std::string_view written = text.substr(std::min(e + 1, text.size()));
  if (written.starts_with('+')) written.remove_prefix(1);
  std::int64_t exponent = 0;
  const auto result = std::from_chars(written.data(), written.data() + written.size(), exponent);
  if (result.ec == std::errc::result_out_of_range) return written.front() != '-';
  return exponent > first - point;
}

/// Exact but slow.
Decimal parse_slowly(std::string_view text) {
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ptr != text.data() + text.size()) return {};
  if (result.ec != std::errc::result_out_of_range) return {DecimalKind::number, value};
  const bool negative = text.front() == '-';
  if (is_large(text.substr(negative ? 1 : 0))) return {DecimalKind::overflow, 0};
  return {DecimalKind::number, negative ? -0.0 : 0.0};
}

}  // namespace

const char* parse_decimal_prefix(const char* p, const char* end, double& value) {
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  const char* const first = p;
  std::uint64_t mantissa = 0;
  std::int64_t exponent = 0;
  p = append_digits(p, end, mantissa);
  std::int64_t n_digits = p - first;
  if (p != end && *p == '.') {
    const char* const point = p + 1;
    p = append_digits(point, end, mantissa);
    exponent = point - p;
    n_digits += p - point;
  }
  if (n_digits == 0) return nullptr;
  if (n_digits > 19) {  // do leading zeros make up for it?
    for (const char* digit = first; digit != p && (*digit == '0' || *digit == '.'); ++digit)
      n_digits -= *digit == '0' ? 1 : 0;
    if (n_digits > 19) return nullptr;
  }
  if (p != end && (*p == 'e' || *p == 'E')) {
    const char* const sign = ++p;
    if (p != end && (*p == '-' || *p == '+')) ++p;
    const char* const digits = p;
    std::uint64_t written = 0;
    p = append_digits(p, end, written);
    if (p == digits || p - digits > 9) return nullptr;
    exponent +=
        *sign == '-' ? -static_cast<std::int64_t>(written) : static_cast<std::int64_t>(written);
  }
  if (!scale(mantissa, exponent, value)) return nullptr;
  if (negative) value = -value;
  return p;
}

Decimal parse_decimal(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const char* const p = parse_decimal_prefix(text.data(), end, value);
  if (p != nullptr) return p == end ? Decimal{DecimalKind::number, value} : Decimal{};
  if (text.empty()) return {};
  const std::string_view digits = text.substr(text.front() == '-' || text.front() == '+' ? 1 : 0);
  if (digits.empty() || !(is_digit(digits.front()) || digits.front() == '.'))
    return is_infinity(text) ? Decimal{DecimalKind::infinite, 0} : Decimal{};
  return parse_slowly(text);
}

}  // namespace grove
