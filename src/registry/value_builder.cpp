#include "registry/value_builder.hpp"

#include <cstring>
#include <limits>
#include <optional>

#include "core/text.hpp"
#include "registry/value_codec.hpp"

namespace grove {

namespace {

template <class T, class Array>
std::optional<Value> unpacked(const std::vector<std::uint8_t>& bytes) {
  const std::size_t size = bytes.size() - 1;
  if (size % sizeof(T) != 0) return std::nullopt;
  Array numbers(size / sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    T element;
    std::memcpy(&element, bytes.data() + 1 + i * sizeof(T), sizeof(T));
    numbers[i] = static_cast<typename Array::value_type>(element);
  }
  return Value(std::move(numbers));
}

std::optional<Value> unpacked(const std::vector<std::uint8_t>& bytes) {
  if (bytes.empty()) return std::nullopt;
  switch (static_cast<ArrayType>(bytes[0])) {
    case ArrayType::int8:
      return unpacked<std::int8_t, Value::Integers>(bytes);
    case ArrayType::int16:
      return unpacked<std::int16_t, Value::Integers>(bytes);
    case ArrayType::int32:
      return unpacked<std::int32_t, Value::Integers>(bytes);
    case ArrayType::int64:
      return unpacked<std::int64_t, Value::Integers>(bytes);
    case ArrayType::float32:
      return unpacked<float, Value::Reals>(bytes);
    case ArrayType::float64:
      return unpacked<double, Value::Reals>(bytes);
  }
  return std::nullopt;
}

std::optional<double> real_of(const Value& value) {
  if (const auto* real = value.get_if<double>()) return *real;
  if (const auto* whole = value.get_if<std::int64_t>()) return static_cast<double>(*whole);
  if (const auto* text = value.get_if<std::string>()) {
    if (*text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (*text == "inf") return std::numeric_limits<double>::infinity();
    if (*text == "-inf") return -std::numeric_limits<double>::infinity();
  }
  return std::nullopt;
}

std::optional<Value> reals_of(const Value::List& items) {
  Value::Reals numbers;
  numbers.reserve(items.size());
  for (const Value& item : items) {
    const auto number = real_of(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return Value(std::move(numbers));
}

/// JSON arrays of numbers alone are arrays of numbers; all others are lists.
Value list_or_array(Value::List items) {
  bool integers = !items.empty();
  bool numbers = !items.empty();
  for (const Value& item : items) {
    const bool whole = item.get_if<std::int64_t>() != nullptr;
    integers = integers && whole;
    numbers = numbers && (whole || item.get_if<double>() != nullptr);
  }
  if (integers) {
    Value::Integers whole;
    whole.reserve(items.size());
    for (const Value& item : items) whole.push_back(*item.get_if<std::int64_t>());
    return whole;
  }
  if (numbers) return *reals_of(items);
  return items;
}

Value::List items_of(const Value& value) {
  if (const auto* list = value.get_if<Value::List>()) return *list;
  Value::List items;
  if (const auto* whole = value.get_if<Value::Integers>())
    items.assign(whole->begin(), whole->end());
  if (const auto* reals = value.get_if<Value::Reals>()) items.assign(reals->begin(), reals->end());
  return items;
}

/// {"$real": "nan"}, {"$reals": [...]}, {"$list": [...]}.
std::optional<Value> marked(const std::string& mark, const Value& inside) {
  if (mark == "$real") {
    const auto number = real_of(inside);
    if (number) return Value(*number);
  }
  if (mark == "$reals") return reals_of(items_of(inside));
  if (mark == "$list") return Value(items_of(inside));
  return std::nullopt;
}

}  // namespace

bool ValueBuilder::refuse(std::string why) {
  error_ = std::move(why);
  return false;
}

bool ValueBuilder::number_unsigned(std::uint64_t value) {
  if (!std::in_range<std::int64_t>(value)) return refuse("an integer is out of range");
  return add(static_cast<std::int64_t>(value));
}

bool ValueBuilder::binary(binary_t& bytes) {
  auto value = unpacked(bytes);
  if (!value) return refuse("an array of numbers is damaged");
  return add(std::move(*value));
}

bool ValueBuilder::open(bool is_map) {
  if (levels_.size() >= static_cast<std::size_t>(max_value_depth))
    return refuse(concat("it is nested deeper than ", max_value_depth, " levels"));
  levels_.push_back({is_map, {}, {}, {}});
  return true;
}

bool ValueBuilder::key(std::string& name) {
  if (levels_.back().map.count(name) != 0)
    return refuse(concat("the name '", printable(name), "' occurs twice"));
  levels_.back().key = name;
  return true;
}

bool ValueBuilder::add(Value value) {
  if (levels_.empty()) {
    root_ = std::move(value);
  } else if (levels_.back().is_map) {
    levels_.back().map.emplace(std::move(levels_.back().key), std::move(value));
  } else {
    levels_.back().list.push_back(std::move(value));
  }
  return true;
}

bool ValueBuilder::end_object() {
  Value::Map map = std::move(levels_.back().map);
  levels_.pop_back();
  const auto first = map.begin();
  if (!readable_ || first == map.end() || first->first.substr(0, 1) != "$")
    return add(std::move(map));
  auto value = map.size() == 1 ? marked(first->first, first->second) : std::nullopt;
  if (!value) return refuse(concat("'", printable(first->first), "' is not understood"));
  return add(std::move(*value));
}

bool ValueBuilder::end_array() {
  Value::List items = std::move(levels_.back().list);
  levels_.pop_back();
  const bool marked_list =
      !levels_.empty() && levels_.back().is_map && levels_.back().key == "$list";
  if (!readable_ || marked_list) return add(std::move(items));
  return add(list_or_array(std::move(items)));
}

bool ValueBuilder::parse_error(std::size_t position, const std::string&,
                               const nlohmann::detail::exception& error) {
  return refuse(concat("at byte ", position, ": ", printable(error.what(), 160)));
}

}  // namespace grove
