#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "grove/params/search_space.hpp"
#include "grove/params/value.hpp"

// One table per Params struct: validation, get and set by name, command-line help, save and load
// and the documentation all come from it. A Params struct declares
//     static const Schema<P>& schema();
// and defines it in its .cpp as a function-local static.

namespace grove {

template <class E>
struct EnumName {
  E value;
  std::string_view name;
};

/// What values a parameter admits, with the words for it ("an integer >= 1").
struct Constraint {
  std::function<bool(const Value&)> admits;
  std::string text;
};
Constraint anything(std::string text);
Constraint at_least(double low);
Constraint greater_than(double low);
Constraint between(double low, double high);           // both ends included
Constraint strictly_between(double low, double high);  // both ends excluded
Constraint above_up_to(double low, double high);       // low excluded, high included
Constraint one_of(std::vector<std::string> names);

/// How a member type is read from and written to a Value. Specialise for types of your own.
/// `from` returns nothing if the value is of another type.
template <class T>
struct ParamType;

template <>
struct ParamType<bool> {
  static constexpr std::string_view name = "bool";
  static Value to(bool value) { return value; }
  static std::optional<bool> from(const Value& value);
};
template <std::integral T>
struct ParamType<T> {
  static constexpr std::string_view name = "integer";
  static Value to(T value) { return value; }
  static std::optional<T> from(const Value& value) {
    const auto* number = value.get_if<std::int64_t>();
    if (number == nullptr || !std::in_range<T>(*number)) return std::nullopt;
    return static_cast<T>(*number);
  }
};
template <>
struct ParamType<double> {
  static constexpr std::string_view name = "number";
  static Value to(double value) { return value; }
  static std::optional<double> from(const Value& value);
};
template <>
struct ParamType<std::string> {
  static constexpr std::string_view name = "text";
  static Value to(const std::string& value) { return value; }
  static std::optional<std::string> from(const Value& value);
};
template <>
struct ParamType<std::vector<std::string>> {
  static constexpr std::string_view name = "list of texts";
  static Value to(const std::vector<std::string>& value) { return Value(value); }
  static std::optional<std::vector<std::string>> from(const Value& value);
};
template <>
struct ParamType<std::vector<double>> {
  static constexpr std::string_view name = "list of numbers";
  static Value to(const std::vector<double>& value) { return Value(value); }
  static std::optional<std::vector<double>> from(const Value& value);
};
template <>
struct ParamType<std::vector<int>> {
  static constexpr std::string_view name = "list of integers";
  static Value to(const std::vector<int>& value) {
    return Value::Integers(value.begin(), value.end());
  }
  static std::optional<std::vector<int>> from(const Value& value);
};
/// `none` or a T.
template <class T>
struct ParamType<std::optional<T>> {
  static constexpr std::string_view name = ParamType<T>::name;
  static constexpr bool nullable = true;
  static Value to(const std::optional<T>& value) {
    return value ? ParamType<T>::to(*value) : Value();
  }
  static std::optional<std::optional<T>> from(const Value& value) {
    std::optional<std::optional<T>> result;
    if (value.is_null()) {
      result.emplace();
    } else if (auto inner = ParamType<T>::from(value)) {
      result.emplace(std::move(*inner));
    }
    return result;
  }
};
/// An enumeration lists its names in `std::span<const EnumName<E>> enum_names(E)` beside it.
template <class E>
requires std::is_enum_v<E>
struct ParamType<E> {
  static constexpr std::string_view name = "word";
  static Value to(E value) {
    for (const auto& entry : enum_names(E{}))
      if (entry.value == value) return std::string(entry.name);
    return static_cast<std::int64_t>(value);
  }
  static std::optional<E> from(const Value& value) {
    const auto* word = value.get_if<std::string>();
    if (word == nullptr) return std::nullopt;
    for (const auto& entry : enum_names(E{}))
      if (entry.name == *word) return entry.value;
    return std::nullopt;
  }
};
template <class E>
Constraint one_of_enum() {
  std::vector<std::string> names;
  for (const auto& entry : enum_names(E{})) names.emplace_back(entry.name);
  return one_of(std::move(names));
}

/// A row of a schema, without its Params type: `params` points to the struct.
struct ParamInfo {
  std::string name;
  std::string type;
  Constraint constraint;
  bool nullable = false;
  std::string doc;
  /// What a search tries by default; nothing: it leaves the parameter alone.
  std::optional<SearchRange> search;
  std::function<Value(const void* params)> get;
  /// False if the value is of the wrong type.
  std::function<bool(void* params, const Value&)> set;
};

/// Every hyper-parameter with its value, in schema order.
using ParamValues = std::vector<std::pair<std::string, Value>>;

/// The rows of a schema behind `const void*`: ordinary compiled code works with this.
class ParamTable {
 public:
  const std::vector<ParamInfo>& params() const { return params_; }
  /// The default search space, in schema order.
  SearchSpace search_space() const;

 protected:
  Value get(const void* params, std::string_view who, std::string_view name) const;
  void set(void* params, std::string_view who, std::string_view name, const Value& value) const;
  void check(const void* params, std::string_view who) const;
  ParamValues values(const void* params) const;
  const ParamInfo& find(std::string_view who, std::string_view name) const;
  /// Throws InvalidParameter for a name that no row has and for values that its row does not admit.
  void set_search(std::string_view name, SearchRange range);

  std::vector<ParamInfo> params_;
};

template <class P>
class Schema : public ParamTable {
 public:
  /// Adds a row. `constraint` speaks of the value as `ParamType` writes it.
  template <class T>
  Schema& add(std::string name, T P::*member, Constraint constraint, std::string doc) {
    ParamInfo info;
    info.name = std::move(name);
    info.type = ParamType<T>::name;
    info.constraint = std::move(constraint);
    info.nullable = requires { ParamType<T>::nullable; };
    info.doc = std::move(doc);
    info.get = [member](const void* params) {
      return ParamType<T>::to(static_cast<const P*>(params)->*member);
    };
    info.set = [member](void* params, const Value& value) {
      auto converted = ParamType<T>::from(value);
      if (!converted) return false;
      static_cast<P*>(params)->*member = std::move(*converted);
      return true;
    };
    params_.push_back(std::move(info));
    return *this;
  }
  Schema& add(std::string name, bool P::*member, std::string doc) {
    return add(std::move(name), member, anything("true or false"), std::move(doc));
  }
  template <class E>
  requires std::is_enum_v<E> Schema& add(std::string name, E P::*member, std::string doc) {
    return add(std::move(name), member, one_of_enum<E>(), std::move(doc));
  }

  /// Makes a row part of the default search space.
  Schema& search(std::string_view name, SearchRange range) {
    set_search(name, std::move(range));
    return *this;
  }

  /// Throws InvalidParameter naming `who`, the parameter, what is allowed and what was got.
  void check(const P& params, std::string_view who) const { ParamTable::check(&params, who); }
  Value get(const P& params, std::string_view who, std::string_view name) const {
    return ParamTable::get(&params, who, name);
  }
  /// A failed set leaves `params` as it was.
  void set(P& params, std::string_view who, std::string_view name, const Value& value) const {
    ParamTable::set(&params, who, name, value);
  }
  ParamValues values(const P& params) const { return ParamTable::values(&params); }
};

}  // namespace grove
