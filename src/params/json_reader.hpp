#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "grove/params/value.hpp"

// Reads JSON that anyone may have written. Doubles that JSON lacks are the texts "nan", "inf" and
// "-inf".

namespace grove {

nlohmann::ordered_json real_json(double value);
/// For reports, whose readers know no such texts: NaN and infinite are null.
nlohmann::ordered_json number_or_null(double value);
/// Lists and numbers as JSON has them. Not for maps.
nlohmann::ordered_json value_json(const Value& value);

/// At most 64 levels deep. Throws ParseError with line and column, `first_line` being the number of
/// the text's first line.
nlohmann::ordered_json parse_json(std::string_view text, const std::string& file,
                                  std::int64_t first_line = 1);

/// A place in a document. Every access checks type and range and throws ParseError naming the file
/// and the place: "datasets[2].n_rows must be an integer in 1..10, got "x"".
class JsonReader {
 public:
  /// Both must outlive the reader and those made from it.
  JsonReader(const nlohmann::ordered_json& json, const std::string& file, std::string place = {})
      : json_(&json), file_(&file), place_(std::move(place)) {}

  const nlohmann::ordered_json& json() const { return *json_; }
  bool is_null() const { return json_->is_null(); }
  bool has(std::string_view key) const;
  JsonReader at(std::string_view key) const;
  std::vector<JsonReader> items() const;
  std::vector<std::pair<std::string, JsonReader>> members() const;

  bool boolean() const;
  std::int64_t integer(std::int64_t low, std::int64_t high) const;
  std::uint64_t count() const;
  double real() const;
  std::string text() const;
  std::vector<std::string> texts() const;
  /// The inverse of value_json, but for the kind of a list.
  Value value() const;

  [[noreturn]] void fail(const std::string& what, std::string hint = {}) const;

 private:
  [[noreturn]] void expected(std::string_view what) const;
  const nlohmann::ordered_json* json_;
  const std::string* file_;
  std::string place_;
};

}  // namespace grove
