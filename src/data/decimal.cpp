#include "data/decimal.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace grove {

namespace {

constexpr std::array<double, 23> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

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

/// Exact but slow; also tells overflow from underflow, which from_chars does not.
Decimal parse_slowly(std::string_view text, std::int64_t magnitude) {
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ptr != text.data() + text.size()) return {};
  if (result.ec == std::errc::result_out_of_range) {
    if (magnitude > 0) return {DecimalKind::overflow, 0};
    return {DecimalKind::number, text.front() == '-' ? -0.0 : 0.0};
  }
  return {DecimalKind::number, value};
}

}  // namespace

Decimal parse_decimal(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p == end) return {};
  const bool negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;
  if (p == end || !(is_digit(*p) || *p == '.'))
    return is_infinity(text) ? Decimal{DecimalKind::infinite, 0} : Decimal{};
  std::uint64_t mantissa = 0;
  int significant = 0;
  std::int64_t exponent = 0;
  const char* const first = p;
  while (p != end && is_digit(*p)) {
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p - '0');
    significant += mantissa != 0 ? 1 : 0;
    ++p;
  }
  std::int64_t n_digits = p - first;
  if (p != end && *p == '.') {
    const char* const point = ++p;
    while (p != end && is_digit(*p)) {
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p - '0');
      significant += mantissa != 0 ? 1 : 0;
      ++p;
    }
    exponent = -(p - point);
    n_digits += p - point;
  }
  if (n_digits == 0) return {};
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    const bool down = p != end && *p == '-';
    if (p != end && (*p == '-' || *p == '+')) ++p;
    if (p == end) return {};
    std::int64_t written = 0;
    for (; p != end && is_digit(*p); ++p)
      if (written < 100000000) written = written * 10 + (*p - '0');
    exponent += down ? -written : written;
  }
  if (p != end) return {};
  // Clinger, "How to read floating point numbers accurately", PLDI 1990: both factors are exact.
  if (significant <= 19 && mantissa < (std::uint64_t{1} << 53) && exponent >= -22 &&
      exponent <= 22) {
    double value = static_cast<double>(mantissa);
    if (exponent < 0) {
      value /= powers_of_ten[static_cast<std::size_t>(-exponent)];
    } else {
      value *= powers_of_ten[static_cast<std::size_t>(exponent)];
    }
    return {DecimalKind::number, negative ? -value : value};
  }
  return parse_slowly(text, significant + exponent);
}

}  // namespace grove
