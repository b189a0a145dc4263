#include <cmath>

#include "core/atomic_file.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/data/csv.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

namespace {

/// The value as an integer in 0..limit, or an error that names its place (row 0 stands on line 2).
int checked(const std::string& path, const Dataset& table, Index row, Index column, int limit) {
  const double value = table.x()(row, column);
  if (!(value >= 0 && value <= limit && value == std::floor(value)))
    throw ParseError(path, row + 2, 0,
                     concat("'", table.columns()[static_cast<std::size_t>(column)].name,
                            "' must be an integer in 0..", limit, ", got ", value));
  return static_cast<int>(value);
}

}  // namespace

PredefinedSplit read_folds(const std::string& path) {
  const Dataset table = read_csv(path);
  std::vector<std::string> names;
  for (const Column& column : table.columns()) names.push_back(column.name);
  const bool with_repeat = names == std::vector<std::string>{"row", "repeat", "fold"};
  if (!with_repeat && names != std::vector<std::string>{"row", "fold"})
    throw ParseError(
        path, 1, 0,
        concat("a file of folds has the columns row,fold or row,repeat,fold, got ", join(names)));
  constexpr int most = 1000000000;
  int n_rows = 0;
  int n_repeats = 1;
  for (Index i = 0; i < table.n_rows(); ++i) {
    n_rows = std::max(n_rows, checked(path, table, i, 0, most) + 1);
    if (with_repeat) n_repeats = std::max(n_repeats, checked(path, table, i, 1, 100000) + 1);
  }
  // Every (row, repeat) must be there, so the counts are bounded by the file.
  if (static_cast<Index>(n_rows) * n_repeats != table.n_rows())
    throw ParseError(path, 0, 0,
                     concat("holds ", table.n_rows(), " lines, but rows up to ", n_rows - 1, " in ",
                            n_repeats, n_repeats == 1 ? " repeat need " : " repeats need ",
                            static_cast<Index>(n_rows) * n_repeats),
                     "give every row of the data one line (in each repeat), counted from 0");
  PredefinedSplit result;
  result.test_fold.assign(static_cast<std::size_t>(n_repeats),
                          std::vector<int>(static_cast<std::size_t>(n_rows), -1));
  for (Index i = 0; i < table.n_rows(); ++i) {
    const int row = checked(path, table, i, 0, most);
    const int repeat = with_repeat ? checked(path, table, i, 1, 100000) : 0;
    int& fold = result.test_fold[static_cast<std::size_t>(repeat)][static_cast<std::size_t>(row)];
    if (fold != -1) throw ParseError(path, i + 2, 0, concat("row ", row, " has a fold already"));
    fold = checked(path, table, i, with_repeat ? 2 : 1, 1000000);
  }
  return result;
}

void write_folds(const std::vector<Split>& splits, const std::string& path) {
  std::string out = "row,repeat,fold\n";
  for (const Split& split : splits)
    for (const Index row : split.test) out += concat(row, ",", split.repeat, ",", split.fold, "\n");
  write_file_atomically(path, out);
}

}  // namespace grove
