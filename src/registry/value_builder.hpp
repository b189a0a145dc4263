#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "grove/params/value.hpp"

namespace grove {

/// Element types of packed arrays: the numbers of the RFC 8746 tags.
enum class ArrayType : std::uint8_t {
  int8 = 72,
  int16 = 77,
  int32 = 78,
  int64 = 79,
  float32 = 85,
  float64 = 86,
};

/// Builds a Value from the events of nlohmann's parser; bounds the depth and refuses a name that
/// occurs twice. `readable` tells JSON text, where arrays of numbers and {"$real": ...} stand for
/// the types that JSON lacks.
class ValueBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit ValueBuilder(bool readable) : readable_(readable) {}

  bool null() override { return add(Value()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override;
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(binary_t& bytes) override;
  bool start_object(std::size_t) override { return open(true); }
  bool key(std::string& name) override;
  bool end_object() override;
  bool start_array(std::size_t) override { return open(false); }
  bool end_array() override;
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override;

  /// Why parsing stopped.
  const std::string& error() const { return error_; }
  Value take() { return std::move(root_); }

 private:
  struct Level {
    bool is_map;
    std::string key;
    Value::Map map;
    Value::List list;
  };
  bool open(bool is_map);
  bool add(Value value);
  bool refuse(std::string why);

  bool readable_;
  std::vector<Level> levels_;
  Value root_;
  std::string error_;
};

}  // namespace grove
