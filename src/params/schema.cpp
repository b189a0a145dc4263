#include "grove/params/schema.hpp"

#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

/// NaN where the value is no number, so that every comparison fails.
double as_number(const Value& value) {
  if (const auto* real = value.get_if<double>()) return *real;
  if (const auto* whole = value.get_if<std::int64_t>()) return static_cast<double>(*whole);
  return std::numeric_limits<double>::quiet_NaN();
}

template <class Test>
Constraint number_constraint(std::string text, Test test) {
  return {[test](const Value& value) {
            const double number = as_number(value);
            return std::isfinite(number) && test(number);
          },
          std::move(text)};
}

}  // namespace

Constraint anything(std::string text) {
  return {[](const Value&) { return true; }, std::move(text)};
}
Constraint at_least(double low) {
  return number_constraint(concat(">= ", low), [=](double v) { return v >= low; });
}
Constraint greater_than(double low) {
  return number_constraint(concat("> ", low), [=](double v) { return v > low; });
}
Constraint between(double low, double high) {
  return number_constraint(concat("in [", low, ", ", high, "]"),
                           [=](double v) { return v >= low && v <= high; });
}
Constraint strictly_between(double low, double high) {
  return number_constraint(concat("in (", low, ", ", high, ")"),
                           [=](double v) { return v > low && v < high; });
}
Constraint above_up_to(double low, double high) {
  return number_constraint(concat("in (", low, ", ", high, "]"),
                           [=](double v) { return v > low && v <= high; });
}
Constraint one_of(std::vector<std::string> names) {
  std::string text = "one of " + join(names, 99);
  return {[names = std::move(names)](const Value& value) {
            const auto* word = value.get_if<std::string>();
            if (word == nullptr) return false;
            for (const std::string& name : names)
              if (name == *word) return true;
            return false;
          },
          std::move(text)};
}

std::optional<bool> ParamType<bool>::from(const Value& value) {
  const auto* flag = value.get_if<bool>();
  return flag == nullptr ? std::nullopt : std::optional<bool>(*flag);
}
std::optional<double> ParamType<double>::from(const Value& value) {
  if (const auto* whole = value.get_if<std::int64_t>()) return static_cast<double>(*whole);
  const auto* real = value.get_if<double>();
  return real == nullptr ? std::nullopt : std::optional<double>(*real);
}
std::optional<std::string> ParamType<std::string>::from(const Value& value) {
  const auto* text = value.get_if<std::string>();
  return text == nullptr ? std::nullopt : std::optional<std::string>(*text);
}
std::optional<std::vector<std::string>> ParamType<std::vector<std::string>>::from(
    const Value& value) {
  const auto* items = value.get_if<Value::List>();
  if (items == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const Value& item : *items) {
    const auto* text = item.get_if<std::string>();
    if (text == nullptr) return std::nullopt;
    texts.push_back(*text);
  }
  return texts;
}
std::optional<std::vector<double>> ParamType<std::vector<double>>::from(const Value& value) {
  if (const auto* reals = value.get_if<Value::Reals>()) return *reals;
  if (const auto* whole = value.get_if<Value::Integers>())
    return std::vector<double>(whole->begin(), whole->end());
  const auto* items = value.get_if<Value::List>();
  if (items == nullptr) return std::nullopt;
  std::vector<double> numbers;
  for (const Value& item : *items) {
    const auto number = ParamType<double>::from(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<std::vector<int>> ParamType<std::vector<int>>::from(const Value& value) {
  const auto numbers = ParamType<std::vector<double>>::from(value);
  if (!numbers) return std::nullopt;
  std::vector<int> whole;
  for (const double number : *numbers) {
    if (number != std::trunc(number) || std::abs(number) > 1e9) return std::nullopt;
    whole.push_back(static_cast<int>(number));
  }
  return whole;
}

namespace {

/// "an integer >= 1", "a number in [0, 1] or none", "one of uniform and distance".
std::string allowed_text(const ParamInfo& info) {
  std::string text;
  if (info.type == "integer") text = "an integer ";
  if (info.type == "number") text = "a number ";
  text += info.constraint.text;
  if (info.nullable) text += " or none";
  return text;
}

[[noreturn]] void throw_out_of_range(std::string_view who, const ParamInfo& info,
                                     const Value& value) {
  std::string message = concat(who, ": parameter '", info.name, "' must be ", allowed_text(info),
                               ", got ", printable(to_text(value)));
  throw InvalidParameter(message, concat(info.name, ": ", info.doc));
}

bool admitted(const ParamInfo& info, const Value& value) {
  return (info.nullable && value.is_null()) || info.constraint.admits(value);
}

}  // namespace

const ParamInfo& ParamTable::find(std::string_view who, std::string_view name) const {
  std::vector<std::string> names;
  for (const ParamInfo& info : params_) {
    if (info.name == name) return info;
    names.push_back(info.name);
  }
  throw InvalidParameter(
      concat(who, " has no parameter '", printable(name), "'", did_you_mean(name, names)),
      names.empty() ? concat(who, " has no parameters")
                    : concat(who, " has the parameters ", join(names, 40)));
}

Value ParamTable::get(const void* params, std::string_view who, std::string_view name) const {
  return find(who, name).get(params);
}

void ParamTable::set(void* params, std::string_view who, std::string_view name,
                     const Value& value) const {
  const ParamInfo& info = find(who, name);
  const Value before = info.get(params);
  // An enumeration may have the word none.
  const bool word = value.is_null() && info.type == "word" && !info.nullable;
  if (!info.set(params, word ? Value("none") : value)) throw_out_of_range(who, info, value);
  if (admitted(info, info.get(params))) return;
  info.set(params, before);
  throw_out_of_range(who, info, value);
}

void ParamTable::check(const void* params, std::string_view who) const {
  for (const ParamInfo& info : params_) {
    const Value value = info.get(params);
    if (!admitted(info, value)) throw_out_of_range(who, info, value);
  }
}

ParamValues ParamTable::values(const void* params) const {
  ParamValues result;
  for (const ParamInfo& info : params_) result.emplace_back(info.name, info.get(params));
  return result;
}

SearchSpace ParamTable::search_space() const {
  SearchSpace space;
  for (const ParamInfo& info : params_)
    if (info.search) space.push_back({info.name, *info.search});
  return space;
}

void ParamTable::set_search(std::string_view name, SearchRange range) {
  constexpr std::string_view who = "search space";
  const auto place = static_cast<std::size_t>(&find(who, name) - params_.data());
  ParamInfo& info = params_[place];
  std::vector<Value> ends = range.choices;
  if (ends.empty() && range.integer)
    ends = {static_cast<std::int64_t>(range.low), static_cast<std::int64_t>(range.high)};
  if (ends.empty()) ends = {range.low, range.high};
  for (const Value& end : ends)
    if (!admitted(info, end)) throw_out_of_range(who, info, end);
  info.search = std::move(range);
}

}  // namespace grove
