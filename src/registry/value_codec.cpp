#include "registry/value_codec.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "registry/cbor_check.hpp"
#include "registry/value_builder.hpp"

namespace grove {

using Json = nlohmann::json;

namespace {

template <class T, class Source>
Json packed(ArrayType type, const std::vector<Source>& numbers) {
  static_assert(std::endian::native == std::endian::little, "arrays are written little-endian");
  std::vector<std::uint8_t> bytes(1 + numbers.size() * sizeof(T));
  bytes[0] = static_cast<std::uint8_t>(type);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const T element = static_cast<T>(numbers[i]);
    std::memcpy(bytes.data() + 1 + i * sizeof(T), &element, sizeof(T));
  }
  return Json::binary(std::move(bytes));
}

Json packed_reals(const Value::Reals& numbers) {
  for (const double number : numbers) {
    const double narrow = static_cast<double>(static_cast<float>(number));
    if (std::bit_cast<std::uint64_t>(narrow) != std::bit_cast<std::uint64_t>(number))
      return packed<double>(ArrayType::float64, numbers);
  }
  return packed<float>(ArrayType::float32, numbers);
}

Json packed_integers(const Value::Integers& numbers) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (const std::int64_t number : numbers) {
    low = std::min(low, number);
    high = std::max(high, number);
  }
  const auto fits = [&]<class T>(T) { return std::in_range<T>(low) && std::in_range<T>(high); };
  if (fits(std::int8_t{})) return packed<std::int8_t>(ArrayType::int8, numbers);
  if (fits(std::int16_t{})) return packed<std::int16_t>(ArrayType::int16, numbers);
  if (fits(std::int32_t{})) return packed<std::int32_t>(ArrayType::int32, numbers);
  return packed<std::int64_t>(ArrayType::int64, numbers);
}

Json real_json(double number) {
  return std::isfinite(number) ? Json(number) : Json(number_text(number));
}

Json readable_reals(const Value::Reals& numbers) {
  bool finite = true;
  Json items = Json::array();
  for (const double number : numbers) {
    finite = finite && std::isfinite(number);
    items.push_back(real_json(number));
  }
  if (finite) return items;
  return Json{{"$reals", std::move(items)}};
}

/// A list that would read back as an array of numbers needs a mark.
bool looks_like_numbers(const Value::List& items) {
  for (const Value& item : items)
    if (item.get_if<double>() == nullptr && item.get_if<std::int64_t>() == nullptr) return false;
  return !items.empty();
}

struct Encoder {
  bool readable;

  Json encode(const Value& value, int depth) const {
    if (depth > max_value_depth)
      throw Unsupported(concat("a model file holds at most ", max_value_depth, " nested levels"),
                        "take pipelines out of pipelines");
    if (const auto* flag = value.get_if<bool>()) return Json(*flag);
    if (const auto* whole = value.get_if<std::int64_t>()) return Json(*whole);
    if (const auto* real = value.get_if<double>())
      return readable && !std::isfinite(*real) ? Json{{"$real", number_text(*real)}} : Json(*real);
    if (const auto* text = value.get_if<std::string>()) return Json(*text);
    if (const auto* reals = value.get_if<Value::Reals>())
      return readable ? readable_reals(*reals) : packed_reals(*reals);
    if (const auto* integers = value.get_if<Value::Integers>())
      return readable ? Json(*integers) : packed_integers(*integers);
    if (const auto* list = value.get_if<Value::List>()) return encode_list(*list, depth);
    if (const auto* map = value.get_if<Value::Map>()) return encode_map(*map, depth);
    return Json();
  }

  Json encode_list(const Value::List& list, int depth) const {
    Json items = Json::array();
    for (const Value& item : list) items.push_back(encode(item, depth + 1));
    if (readable && looks_like_numbers(list)) return Json{{"$list", std::move(items)}};
    return items;
  }

  Json encode_map(const Value::Map& map, int depth) const {
    Json members = Json::object();
    for (const auto& [key, value] : map) {
      if (readable && !key.empty() && key.front() == '$')
        throw Unsupported(
            concat("the name '", printable(key), "' in a model's state starts with $"),
            "save the model as .grove instead of .json");
      members[key] = encode(value, depth + 1);
    }
    return members;
  }
};

template <class Input>
Value decode(const Input& bytes, Json::input_format_t format) {
  ValueBuilder builder(format == Json::input_format_t::json);
  bool complete = false;
  try {
    complete = Json::sax_parse(bytes, &builder, format);
  } catch (const Json::exception& error) {
    throw ModelFormatError(concat("the model is not readable: ", printable(error.what(), 200)));
  }
  if (!complete) throw ModelFormatError("the model is not readable: " + builder.error());
  return builder.take();
}

}  // namespace

std::string to_cbor(const Value& value) {
  std::string bytes;
  Json::to_cbor(Encoder{false}.encode(value, 1), bytes);
  return bytes;
}

Value from_cbor(std::string_view bytes) {
  check_cbor(bytes, max_value_depth);
  return decode(bytes, Json::input_format_t::cbor);
}

std::string to_json_text(const Value& value) {
  const Json json = Encoder{true}.encode(value, 1);
  try {
    return json.dump(1, ' ', false, Json::error_handler_t::strict) + "\n";
  } catch (const Json::type_error&) {
    throw InvalidData("the model holds a name that is not valid UTF-8, which JSON cannot hold",
                      "save it as .grove, or rename the column or class");
  }
}

Value from_json_text(std::string_view text) { return decode(text, Json::input_format_t::json); }

}  // namespace grove
