#include "grove/params/value.hpp"

#include <charconv>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

Value::Value(const Matrix& value) : storage_(Reals(value.data(), value.data() + value.size())) {}
Value::Value(const Vector& value) : storage_(Reals(value.data(), value.data() + value.size())) {}
Value::Value(const Labels& value) : storage_(Integers(value.data(), value.data() + value.size())) {}
Value::Value(const std::vector<std::string>& value) {
  List items;
  items.reserve(value.size());
  for (const std::string& item : value) items.emplace_back(item);
  storage_ = std::move(items);
}

namespace {

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

[[noreturn]] void bad_value(std::string_view text) {
  throw InvalidParameter(
      concat("'", printable(text), "' is not a value"),
      "values are numbers, true, false, none, words, \"quoted text\" and [lists]");
}

Value parse_list(std::string_view text) {
  const std::string_view inside = trimmed(text.substr(1, text.size() - 2));
  Value::List items;
  std::size_t begin = 0;
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i <= inside.size() && !inside.empty(); ++i) {
    const char c = i < inside.size() ? inside[i] : ',';
    if (i == inside.size() && (depth != 0 || quote != 0)) bad_value(text);
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      if (++depth > 32) bad_value(text);
    } else if (c == ']') {
      --depth;
    } else if (c == ',' && depth == 0) {
      items.push_back(parse_value(inside.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return items;
}

bool is_word(std::string_view text) {
  for (const char c : text) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '-' || c == '+' || c == '.' || c == '/';
    if (!ok) return false;
  }
  return !text.empty();
}

bool parse_number(std::string_view text, Value& value) {
  std::string_view digits = text.front() == '+' ? text.substr(1) : text;
  if (digits.empty()) return false;
  const char* end = digits.data() + digits.size();
  std::int64_t integer = 0;
  auto result = std::from_chars(digits.data(), end, integer);
  if (result.ec == std::errc() && result.ptr == end) {
    value = Value(integer);
    return true;
  }
  double number = 0;
  result = std::from_chars(digits.data(), end, number);
  if (result.ptr != end || result.ec != std::errc()) return false;
  value = Value(number);
  return true;
}

}  // namespace

Value parse_value(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) bad_value(text);
  if (text == "none" || text == "None" || text == "null") return Value();
  if (text == "true" || text == "True") return Value(true);
  if (text == "false" || text == "False") return Value(false);
  if (text.front() == '"' || text.front() == '\'') {
    if (text.size() < 2 || text.back() != text.front() ||
        text.substr(1, text.size() - 2).find(text.front()) != std::string_view::npos)
      bad_value(text);
    return Value(std::string(text.substr(1, text.size() - 2)));
  }
  if (text.front() == '[') {
    if (text.back() != ']') bad_value(text);
    return parse_list(text);
  }
  Value number;
  if (parse_number(text, number)) return number;
  if (!is_word(text)) bad_value(text);
  return Value(std::string(text));
}

namespace {

std::string quoted_if_needed(const std::string& text) {
  Value number;
  const bool plain = is_word(text) && !parse_number(text, number) && text != "none" &&
                     text != "None" && text != "null" && text != "true" && text != "True" &&
                     text != "false" && text != "False";
  if (plain) return text;
  const char quote = text.find('"') == std::string::npos ? '"' : '\'';
  return concat(quote, text, quote);
}

std::string real_text(double value) {
  std::string text = number_text(value);
  // A whole number stays a real when read back.
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

template <class Items, class Text>
std::string list_text(const Items& items, const Text& text_of) {
  std::string text = "[";
  for (std::size_t i = 0; i < items.size(); ++i)
    text += concat(i == 0 ? "" : ", ", text_of(items[i]));
  return text + "]";
}

struct TextOf {
  std::string operator()(std::monostate) const { return "none"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return real_text(value); }
  std::string operator()(const std::string& value) const { return quoted_if_needed(value); }
  std::string operator()(const Value::Reals& value) const { return list_text(value, real_text); }
  std::string operator()(const Value::Integers& value) const {
    return list_text(value, [](std::int64_t item) { return std::to_string(item); });
  }
  std::string operator()(const Value::List& value) const { return list_text(value, to_text); }
  std::string operator()(const Value::Map& value) const {
    std::string text = "{";
    for (const auto& [key, item] : value)
      text += concat(text.size() == 1 ? "" : ", ", key, ": ", to_text(item));
    return text + "}";
  }
};

}  // namespace

std::string to_text(const Value& value) { return std::visit(TextOf(), value.storage()); }

}  // namespace grove
