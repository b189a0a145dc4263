#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// A tree of plain values: what a hyper-parameter holds and what a model file is made of.
/// Long arrays of numbers are stored as such (`Reals`, `Integers`), not as lists of values.
class Value {
 public:
  using Reals = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value, std::less<>>;
  using Storage = std::variant<std::monostate, bool, std::int64_t, double, std::string, Reals,
                               Integers, List, Map>;

  Value() = default;
  Value(bool value) : storage_(value) {}
  template <std::integral T>
  Value(T value) : storage_(static_cast<std::int64_t>(value)) {}
  Value(double value) : storage_(value) {}
  Value(std::string value) : storage_(std::move(value)) {}
  Value(const char* value) : storage_(std::string(value)) {}
  Value(Reals value) : storage_(std::move(value)) {}
  Value(Integers value) : storage_(std::move(value)) {}
  Value(List value) : storage_(std::move(value)) {}
  Value(Map value) : storage_(std::move(value)) {}
  /// Row-major elements; the shape is not kept.
  explicit Value(const Matrix& value);
  explicit Value(const Vector& value);
  explicit Value(const Labels& value);
  explicit Value(const std::vector<std::string>& value);

  const Storage& storage() const { return storage_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&storage_);
  }
  bool operator==(const Value&) const = default;

 private:
  Storage storage_;
};

/// Reads `7`, `0.5`, `true`, `none`, `word`, `"quoted"`, `[1, 2]`. Throws InvalidParameter.
Value parse_value(std::string_view text);

/// The inverse of `parse_value`; numbers in the shortest form that reads back to the same bits.
std::string to_text(const Value& value);

/// Reads a model's state without trusting it: every access names its path, checks type, size and
/// range, and throws ModelFormatError ("trees[3].left[7] must be in 0..10, got 12").
class StateReader {
 public:
  /// `value` must outlive the reader and all readers made from it.
  explicit StateReader(const Value& value, std::string path = "model");

  const std::string& path() const { return path_; }
  bool has(std::string_view key) const;
  StateReader at(std::string_view key) const;
  /// The elements of a list of maps or values.
  std::vector<StateReader> list(std::string_view key) const;

  bool boolean(std::string_view key) const;
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
  /// A finite number.
  double real(std::string_view key) const;
  std::string text(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  /// Exactly `size` numbers (any count if size < 0); NaN and inf only if `finite` is false.
  std::vector<double> reals(std::string_view key, Index size = -1, bool finite = true) const;
  std::vector<std::int64_t> integers(std::string_view key, Index size, std::int64_t low,
                                     std::int64_t high) const;
  Vector vector(std::string_view key, Index size, bool finite = true) const;
  Matrix matrix(std::string_view key, Index rows, Index cols, bool finite = true) const;
  Labels labels(std::string_view key, Index size, int low, int high) const;

  const Value& value() const { return *value_; }
  [[noreturn]] void fail(const std::string& what) const;

 private:
  const Value& member(std::string_view key) const;
  const Value* value_;
  std::string path_;
};

}  // namespace grove
