#include "params/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

using Json = nlohmann::ordered_json;

Json real_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(number_text(value));
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json value_json(const Value& value) {
  if (const auto* flag = value.get_if<bool>()) return *flag;
  if (const auto* whole = value.get_if<std::int64_t>()) return *whole;
  if (const auto* real = value.get_if<double>()) return real_json(*real);
  if (const auto* text = value.get_if<std::string>()) return *text;
  Json items = Json::array();
  if (const auto* reals = value.get_if<Value::Reals>()) {
    for (const double real : *reals) items.push_back(real_json(real));
  } else if (const auto* integers = value.get_if<Value::Integers>()) {
    for (const std::int64_t whole : *integers) items.push_back(whole);
  } else if (const auto* list = value.get_if<Value::List>()) {
    for (const Value& item : *list) items.push_back(value_json(item));
  } else if (!value.is_null()) {
    return to_text(value);
  } else {
    return nullptr;
  }
  return items;
}

Json parse_json(std::string_view text, const std::string& file, std::int64_t first_line) {
  constexpr int max_depth = 64;
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t, const Json&) {
      if (depth > max_depth)
        throw ParseError(file, 0, 0, concat("more than ", max_depth, " nested levels"));
      return true;
    });
  } catch (const Json::parse_error& error) {
    const std::string_view before = text.substr(0, error.byte == 0 ? 0 : error.byte - 1);
    const std::size_t line_end = before.rfind('\n');
    const std::size_t column =
        before.size() - (line_end == std::string_view::npos ? 0 : line_end + 1) + 1;
    const auto lines = std::count(before.begin(), before.end(), '\n');
    throw ParseError(file, first_line + lines, static_cast<std::int64_t>(column),
                     "this is not JSON", "the file may be cut off or edited");
  } catch (const Json::exception& error) {
    throw ParseError(file, 0, 0, concat("not readable: ", printable(error.what(), 200)));
  }
}

void JsonReader::fail(const std::string& what, std::string hint) const {
  throw ParseError(*file_, 0, 0, concat(place_.empty() ? "" : place_ + " ", what), std::move(hint));
}

void JsonReader::expected(std::string_view what) const {
  std::string got = json_->dump(-1, ' ', true, Json::error_handler_t::replace);
  if (json_->is_object()) got = "an object";
  if (json_->is_array()) got = "a list";
  fail(concat("must be ", what, ", got ", printable(got, 60)));
}

bool JsonReader::has(std::string_view key) const {
  return json_->is_object() && json_->contains(std::string(key));
}

JsonReader JsonReader::at(std::string_view key) const {
  if (!json_->is_object()) expected("an object");
  const auto found = json_->find(std::string(key));
  if (found == json_->end()) fail(concat("lacks '", key, "'"));
  return {*found, *file_, concat(place_, place_.empty() ? "" : ".", printable(key))};
}

std::vector<JsonReader> JsonReader::items() const {
  if (!json_->is_array()) expected("a list");
  std::vector<JsonReader> readers;
  for (std::size_t i = 0; i < json_->size(); ++i)
    readers.emplace_back((*json_)[i], *file_, concat(place_, "[", i, "]"));
  return readers;
}

std::vector<std::pair<std::string, JsonReader>> JsonReader::members() const {
  if (!json_->is_object()) expected("an object");
  std::vector<std::pair<std::string, JsonReader>> readers;
  for (const auto& [key, item] : json_->items())
    readers.emplace_back(key, JsonReader(item, *file_, concat(place_, ".", printable(key))));
  return readers;
}

bool JsonReader::boolean() const {
  if (!json_->is_boolean()) expected("true or false");
  return json_->get<bool>();
}

std::int64_t JsonReader::integer(std::int64_t low, std::int64_t high) const {
  const auto wrong = [&] { expected(concat("an integer in ", low, "..", high)); };
  if (!json_->is_number_integer()) wrong();
  if (json_->is_number_unsigned() && !std::in_range<std::int64_t>(json_->get<std::uint64_t>()))
    wrong();
  const auto value = json_->get<std::int64_t>();
  if (value < low || value > high) wrong();
  return value;
}

std::uint64_t JsonReader::count() const {
  if (!json_->is_number_unsigned()) expected("a count");
  return json_->get<std::uint64_t>();
}

double JsonReader::real() const {
  if (json_->is_number()) return json_->get<double>();
  if (*json_ == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (*json_ == "inf") return std::numeric_limits<double>::infinity();
  if (*json_ == "-inf") return -std::numeric_limits<double>::infinity();
  expected("a number");
}

std::string JsonReader::text() const {
  if (!json_->is_string()) expected("a text");
  return json_->get<std::string>();
}

std::vector<std::string> JsonReader::texts() const {
  std::vector<std::string> result;
  for (const JsonReader& item : items()) result.push_back(item.text());
  return result;
}

Value JsonReader::value() const {
  if (json_->is_null()) return {};
  if (json_->is_boolean()) return json_->get<bool>();
  if (json_->is_number_integer())
    return integer(std::numeric_limits<std::int64_t>::min(),
                   std::numeric_limits<std::int64_t>::max());
  if (json_->is_number_float()) return json_->get<double>();
  if (json_->is_string()) return json_->get<std::string>();
  Value::List list;
  for (const JsonReader& item : items()) list.push_back(item.value());
  return list;
}

}  // namespace grove
