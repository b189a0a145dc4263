#include <charconv>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/model_selection/search.hpp"

namespace grove {

std::span<const EnumName<SearchMethod>> enum_names(SearchMethod) {
  static constexpr EnumName<SearchMethod> names[] = {
      {SearchMethod::grid, "grid"},       {SearchMethod::random, "random"},
      {SearchMethod::halving, "halving"}, {SearchMethod::hyperband, "hyperband"},
      {SearchMethod::asha, "asha"},       {SearchMethod::tpe, "tpe"}};
  return names;
}

namespace {

constexpr std::string_view form =
    "write METHOD:BUDGET, as in random:20 (evaluations), tpe:30s (seconds) or halving:5e9w (units "
    "of work)";

[[noreturn]] void throw_bad_budget(std::string_view text, std::string_view limit) {
  throw InvalidParameter(concat("search '", printable(text), "': '", printable(limit),
                                "' is not a budget: a number above 0 is expected"),
                         std::string(form));
}

void set_limit(SearchBudget& budget, std::string_view text, std::string_view limit) {
  double number = 0;
  const char* const end = limit.data() + limit.size();
  const auto [rest, status] = std::from_chars(limit.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr double most_work = 1e19;
  if (status != std::errc() || !std::isfinite(number) || number <= 0) throw_bad_budget(text, limit);
  if (unit.empty() && number >= 1 && budget.evaluations == 0) {
    budget.evaluations = number;
  } else if (unit == "s" && budget.seconds == 0) {
    budget.seconds = number;
  } else if (unit == "w" && number >= 1 && number < most_work && budget.work == 0) {
    budget.work = static_cast<std::uint64_t>(number);
  } else {
    throw_bad_budget(text, limit);
  }
}

SearchMethod method_named(std::string_view text, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& entry : enum_names(SearchMethod{})) {
    if (entry.name == name) return entry.value;
    names.emplace_back(entry.name);
  }
  throw InvalidParameter(concat("search '", printable(text), "': there is no method '",
                                printable(name), "'", did_you_mean(name, names)),
                         concat("methods are ", join(names)));
}

}  // namespace

SearchOptions parse_search(std::string_view text) {
  const std::size_t colon = text.find(':');
  SearchOptions options;
  options.method = method_named(text, text.substr(0, colon));
  options.budget = {};
  if (colon == std::string_view::npos)
    throw InvalidParameter(concat("search '", printable(text), "' has no budget"),
                           std::string(form));
  std::string_view rest = text.substr(colon + 1);
  while (true) {
    const std::size_t comma = rest.find(',');
    set_limit(options.budget, text, rest.substr(0, comma));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (options.method == SearchMethod::grid && options.budget.evaluations == 0)
    throw InvalidParameter(
        concat("search '", printable(text), "': a grid needs a number of evaluations"),
        "as in grid:100");
  return options;
}

std::string to_text(const SearchOptions& options) {
  std::string text;
  for (const auto& entry : enum_names(SearchMethod{}))
    if (entry.value == options.method) text = concat(entry.name, ":");
  const SearchBudget& budget = options.budget;
  std::string_view comma;
  if (budget.evaluations > 0) {
    text += number_text(budget.evaluations);
    comma = ",";
  }
  if (budget.seconds > 0) {
    text += concat(comma, budget.seconds, "s");
    comma = ",";
  }
  if (budget.work > 0) text += concat(comma, budget.work, "w");
  return text;
}

}  // namespace grove
