#include "model_selection/search_json.hpp"

#include <cmath>
#include <set>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/search.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view form =
    "a space is written {\"n_neighbors\": {\"low\": 1, \"high\": 50, \"scale\": \"log\"}, "
    "\"weights\": [\"uniform\", \"distance\"]}";

}  // namespace

Json params_json(const ParamValues& params) {
  Json json = Json::object();
  for (const auto& [name, value] : params) json[name] = value_json(value);
  return json;
}

ParamValues params_from(const JsonReader& reader) {
  ParamValues params;
  for (const auto& [name, value] : reader.members()) params.emplace_back(name, value.value());
  return params;
}

Json space_json(const SearchSpace& space) {
  Json json = Json::object();
  for (const auto& [name, range] : space) {
    if (!range.choices.empty()) {
      json[name] = value_json(Value::List(range.choices));
      continue;
    }
    const auto end = [&](double value) {
      return range.integer ? Json(static_cast<std::int64_t>(value)) : Json(value);
    };
    json[name] = {{"low", end(range.low)},
                  {"high", end(range.high)},
                  {"scale", range.logarithmic ? "log" : "linear"}};
  }
  return json;
}

SearchSpace space_from(const JsonReader& reader) {
  SearchSpace space;
  for (const auto& [name, entry] : reader.members()) {
    SearchRange range;
    if (entry.json().is_array()) {
      for (const JsonReader& choice : entry.items()) range.choices.push_back(choice.value());
    } else {
      range.low = entry.at("low").real();
      range.high = entry.at("high").real();
      range.integer = entry.at("low").json().is_number_integer();
      range.logarithmic = entry.at("scale").text() == "log";
    }
    space.push_back({name, std::move(range)});
  }
  return space;
}

namespace {

/// A place in a text, for messages: line and column from 1.
std::pair<std::int64_t, std::int64_t> place(const std::string& text, std::size_t byte) {
  std::int64_t line = 1;
  std::int64_t column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    line += text[i] == '\n' ? 1 : 0;
  }
  return {line, column};
}

/// An object at most three levels deep; a name that occurs twice is refused.
Json parse_space(const std::string& text, const std::string& source) {
  std::set<std::string> names;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > 8) throw InvalidParameter(concat(source, ": nested too deeply"), std::string(form));
    if (depth == 1 && event == Json::parse_event_t::key &&
        !names.insert(value.get<std::string>()).second)
      throw InvalidParameter(
          concat(source, ": parameter '", printable(value.get<std::string>()), "' is given twice"),
          "leave one out");
    return true;
  };
  try {
    Json json = Json::parse(text, check);
    if (!json.is_object())
      throw InvalidParameter(concat(source, ": a space is an object of parameters"),
                             std::string(form));
    return json;
  } catch (const Json::parse_error& error) {
    const auto [line, column] = place(text, error.byte);
    throw ParseError(source, line, column, "this is no JSON", std::string(form));
  } catch (const Json::out_of_range&) {
    throw ParseError(source, 0, 0, "a number is too large", std::string(form));
  }
}

bool whole(const Json& number) {
  return number.is_number_integer() || number.get<double>() == std::floor(number.get<double>());
}

/// Whether the parameter takes the value, as far as its type goes.
bool takes(const Estimator& model, const std::string& name, const Value& value) {
  Estimator changed = model;
  try {
    changed.set_param(name, value);
  } catch (const InvalidParameter&) {
    return false;
  }
  return true;
}

SearchRange numbers_from(const Json& json, const Estimator& model, const std::string& name,
                         const std::string& who) {
  const std::vector<std::string> keys = {"low", "high", "scale"};
  for (const auto& [key, value] : json.items())
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      throw InvalidParameter(
          concat(who, ": unknown word '", printable(key), "'", did_you_mean(key, keys)),
          std::string(form));
  for (const char* end : {"low", "high"})
    if (!json.contains(end) || !json[end].is_number())
      throw InvalidParameter(concat(who, ": \"", end, "\" must be a number"), std::string(form));
  const Json scale = json.value("scale", Json("linear"));
  if (scale != "log" && scale != "linear")
    throw InvalidParameter(
        concat(who, ": \"scale\" must be log or linear, got ", printable(scale.dump())),
        std::string(form));
  const double low = json["low"].get<double>();
  SearchRange range{.low = low, .high = json["high"].get<double>(), .logarithmic = scale == "log"};
  range.integer = whole(json["low"]) && whole(json["high"]) && !takes(model, name, low + 0.5);
  return range;
}

SearchRange range_from(const Json& json, const Estimator& model, const std::string& name,
                       const std::string& who) {
  if (json.is_object()) return numbers_from(json, model, name, who);
  if (!json.is_array() || json.empty())
    throw InvalidParameter(concat(who,
                                  ": a range is {\"low\": ..., \"high\": ...} or a list of "
                                  "at least one value, got ",
                                  printable(json.dump())),
                           std::string(form));
  std::vector<Value> values;
  for (const Json& item : json) {
    if (item.is_object())
      throw InvalidParameter(concat(who,
                                    ": the values of a list are numbers, words, true, false, "
                                    "null or lists, got ",
                                    printable(item.dump())),
                             std::string(form));
    values.push_back(JsonReader(item, who).value());
  }
  return choices(std::move(values));
}

}  // namespace

SearchSpace read_space(const std::string& text, const Estimator& model, const std::string& source) {
  const Json json = parse_space(text, source);
  SearchSpace space;
  for (const auto& [name, range] : json.items())
    space.push_back(
        {name, range_from(range, model, name, concat(source, ": '", printable(name), "'"))});
  if (space.empty())
    throw InvalidParameter(concat(source, ": the space has no parameters"), std::string(form));
  try {
    check_space(model, space);
  } catch (const InvalidParameter& error) {
    throw InvalidParameter(concat(source, ": ", error.what()), error.hint());
  }
  return space;
}

ParamValues searched_params(const Trial& trial, const SearchSpace& space) {
  ParamValues params;
  for (const auto& [name, value] : trial.params)
    for (const SearchDimension& dimension : space)
      if (dimension.name == name) params.emplace_back(name, value);
  return params;
}

Json trial_json(const Trial& trial, const SearchSpace& space) {
  Json work = Json::object();
  for (const auto& [name, count] : trial.work) work[name] = count;
  return {{"params", params_json(searched_params(trial, space))},
          {"resource", trial.resource},
          {"score", number_or_null(trial.score)},
          {"std", number_or_null(trial.std)},
          {"seconds", trial.seconds},
          {"work", std::move(work)},
          {"error", trial.error.empty() ? Json(nullptr) : Json(trial.error)}};
}

double evaluations_of(const SearchResult& result) {
  double sum = 0;
  for (const Trial& trial : result.trials) sum += trial.resource;
  return sum;
}

std::uint64_t total_work(const WorkCounts& work) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : work) sum += count;
  return sum;
}

}  // namespace grove
