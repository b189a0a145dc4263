#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace grove {

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

namespace {

std::string rounded_text(double value, std::chars_format format, int digits) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return number_text(value);
  std::array<char, 512> buffer;  // 1e308 takes 309 digits
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, digits);
  return {buffer.data(), result.ptr};
}

}  // namespace

std::string fixed_text(double value, int digits) {
  return rounded_text(value, std::chars_format::fixed, digits);
}

std::string short_text(double value) { return rounded_text(value, std::chars_format::general, 6); }

std::string join(const std::vector<std::string>& items, std::size_t most) {
  std::string text;
  const std::size_t shown = std::min(most, items.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  if (shown < items.size()) text += concat(", ... (", items.size(), " in all)");
  return text;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string out;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (out.size() >= most) return out + "...";
    if (byte >= 0x20 && byte != 0x7f) {
      out += character;
    } else {
      constexpr std::string_view digits = "0123456789abcdef";
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> previous(b.size() + 1), current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    current[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = previous[j] + (a[i] == b[j] ? 0 : 1);
      current[j + 1] = std::min({change, previous[j + 1] + 1, current[j] + 1});
    }
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '_' && c != '-' && c != ' ')
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return out;
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.empty() || name.size() > 64) return {};
  const std::string wanted = folded(name);
  std::size_t best = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, folded(candidate));
    // A name that shares nothing with the wanted one is no suggestion.
    if (distance < best && distance < wanted.size()) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string found = nearest_name(name, candidates);
  return found.empty() ? "" : concat("; did you mean '", found, "'?");
}

}  // namespace grove
