#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <vector>

// Text for messages: no locale, no stream.

namespace grove {

/// Shortest decimal that reads back to the same bits; "nan", "inf", "-inf".
std::string number_text(double value);

/// With so many digits after the point; "-" for NaN.
std::string fixed_text(double value, int digits);

/// At most six significant digits: 48, 0.333333, 1.5e+12; "-" for NaN.
std::string short_text(double value);

namespace detail {
inline void append(std::string& out, std::string_view piece) { out += piece; }
inline void append(std::string& out, char piece) { out += piece; }
inline void append(std::string& out, double piece) { out += number_text(piece); }
template <std::integral T>
void append(std::string& out, T piece) {
  out += std::to_string(piece);
}
}  // namespace detail

/// concat("expected ", 3, " columns") and so on.
template <class... Pieces>
std::string concat(const Pieces&... pieces) {
  std::string out;
  (detail::append(out, pieces), ...);
  return out;
}

/// "a, b and c"; at most `most` items, then "... (N in all)".
std::string join(const std::vector<std::string>& items, std::size_t most = 12);

/// Control characters escaped, at most `most` bytes: safe to print whatever a file holds.
std::string printable(std::string_view text, std::size_t most = 80);

/// For HTML and XML: markup and quotes as entities, control characters as blanks.
std::string escaped(std::string_view text);

/// The candidate nearest to `name` (edit distance at most a third of its length, at least 1), or
/// "".
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

/// "; did you mean 'n_neighbors'?" or "".
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace grove
