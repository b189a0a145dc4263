#include <algorithm>

#include "boosting/split.hpp"
#include "boosting/trainer.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove {

namespace {

void check_monotonic(std::string_view who, const std::vector<int>& directions,
                     const Dataset& data) {
  const auto d = static_cast<std::size_t>(data.n_columns());
  if (directions.size() != d)
    throw InvalidParameter(
        concat(who, ": parameter 'monotonic_cst' must have one entry for each of ", d,
               " columns, got ", directions.size()),
        "use 0 for columns that are free");
  for (std::size_t j = 0; j < d; ++j)
    if (directions[j] != 0 && data.columns()[j].kind == ColumnKind::categorical)
      throw InvalidParameter(
          concat(who,
                 ": parameter 'monotonic_cst' asks for a direction of the categorical column '",
                 printable(data.columns()[j].name), "'"),
          "categories have no order: use 0 for it");
}

std::size_t column_named(std::string_view who, std::string_view name, const Dataset& data) {
  std::vector<std::string> names;
  for (std::size_t j = 0; j < data.columns().size(); ++j) {
    if (data.columns()[j].name == name) return j;
    names.push_back(data.columns()[j].name);
  }
  throw InvalidParameter(
      concat(who, ": parameter 'interaction_cst' names the column '", printable(name),
             "', which the data does not have", did_you_mean(name, names)),
      concat("columns: ", join(names, 20)));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::vector<char>> interaction_sets(std::string_view who,
                                                const std::vector<std::string>& texts,
                                                const Dataset& data) {
  const auto d = static_cast<std::size_t>(data.n_columns());
  std::vector<std::vector<char>> sets;
  std::vector<char> unnamed(d, 1);
  for (const std::string& text : texts) {
    std::vector<char> set(d, 0);
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t comma = std::min(text.find(',', begin), text.size());
      const std::string_view name = trimmed(std::string_view(text).substr(begin, comma - begin));
      const std::size_t column = column_named(who, name, data);
      set[column] = 1;
      unnamed[column] = 0;
      begin = comma + 1;
    }
    sets.push_back(std::move(set));
  }
  if (!sets.empty() && std::find(unnamed.begin(), unnamed.end(), 1) != unnamed.end())
    sets.push_back(std::move(unnamed));
  return sets;
}

}  // namespace

Constraints constraints_of(std::string_view who, const GradientBoostingParams& params,
                           const Dataset& data) {
  Constraints constraints;
  if (!params.monotonic_cst.empty()) {
    check_monotonic(who, params.monotonic_cst, data);
    const auto free = [](int direction) { return direction == 0; };
    if (!std::all_of(params.monotonic_cst.begin(), params.monotonic_cst.end(), free))
      constraints.monotonic = params.monotonic_cst;
  }
  constraints.interactions = interaction_sets(who, params.interaction_cst, data);
  return constraints;
}

}  // namespace grove
