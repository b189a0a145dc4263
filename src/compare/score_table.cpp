#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/compare/score_comparison.hpp"
#include "grove/core/error.hpp"
#include "grove/data/csv.hpp"

namespace grove {

namespace {

bool names_rows(std::string header) {
  std::transform(header.begin(), header.end(), header.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  const auto words = {"",     "name", "dataset", "data set", "data_set",
                      "data", "fold", "split",   "id",       "task"};
  return std::find(words.begin(), words.end(), header) != words.end();
}

std::string row_name(const Column& column, double value) {
  if (std::isnan(value)) return "";
  if (column.kind == ColumnKind::numeric) return number_text(value);
  return column.categories.at(static_cast<std::size_t>(value));
}

}  // namespace

ScoreTable read_scores(const std::string& path) {
  const Dataset data = read_csv(path);
  const std::vector<Column>& columns = data.columns();
  const bool named = !columns.empty() &&
                     (columns[0].kind == ColumnKind::categorical || names_rows(columns[0].name));
  const Index first = named ? 1 : 0;
  ScoreTable table;
  table.scores = data.x().rightCols(data.n_columns() - first);
  for (Index i = 0; i < data.n_rows(); ++i)
    table.rows.push_back(named ? row_name(columns[0], data.x()(i, 0)) : std::to_string(i + 1));
  for (Index j = first; j < data.n_columns(); ++j) {
    const Column& column = columns[static_cast<std::size_t>(j)];
    if (column.kind == ColumnKind::categorical)
      throw InvalidData(
          concat(path, ": column '", printable(column.name), "' holds words, such as '",
                 printable(column.categories.front()), "', and not scores"),
          "only the first column may name the rows");
    table.contenders.push_back(column.name);
  }
  return table;
}

}  // namespace grove
