#include "grove/data/libsvm.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "data/decimal.hpp"
#include "data/file_columns.hpp"
#include "data/file_text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

// The format: https://www.csie.ntu.edu.tw/~cjlin/libsvm/ (README, "Usage") and, for qid,
// https://www.cs.cornell.edu/people/tj/svm_light/.

namespace grove {

namespace {

struct Entry {
  Index index;
  double value;
};

/// The rows of one piece of the file.
struct SparseRows {
  std::vector<double> labels;
  std::vector<std::int64_t> queries;  // empty, or one per row
  std::vector<Entry> entries;
  std::vector<std::size_t> row_ends;  // in entries
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Reads the lines of a piece of `text`.
class LineReader {
 public:
  LineReader(const std::string& name, std::string_view text) : name_(name), text_(text) {}

  SparseRows read(std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t end = std::min(piece.find('\n'), piece.size());
      std::string_view line = piece.substr(0, end);
      piece.remove_prefix(std::min(end + 1, piece.size()));
      line = line.substr(0, line.find('#'));
      if (next_word(line)) read_row(line);
    }
    return std::move(rows_);
  }

 private:
  [[noreturn]] void fail(const std::string& message, std::string hint = {}) const {
    const std::string_view before =
        text_.substr(0, static_cast<std::size_t>(word_.data() - text_.data()));
    throw ParseError(name_, std::count(before.begin(), before.end(), '\n') + 1,
                     static_cast<std::int64_t>(before.size() - (before.rfind('\n') + 1)) + 1,
                     message, std::move(hint));
  }

  /// Moves the next word of the line to word_.
  bool next_word(std::string_view& line) {
    while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
    std::size_t length = 0;
    while (length < line.size() && !is_space(line[length])) ++length;
    word_ = line.substr(0, length);
    line.remove_prefix(length);
    return length > 0;
  }

  void read_row(std::string_view line) {
    if (word_.find(':') != std::string_view::npos)
      fail("has no label before the values", "begin each line with the label, or with 0");
    if (word_.find(',') != std::string_view::npos)
      fail(concat("has several labels, '", printable(word_), "'"), "keep one label per line");
    rows_.labels.push_back(number(word_, "the label"));
    Index last = -1;
    bool first = true;
    for (; next_word(line); first = false) {
      const std::size_t colon = word_.find(':');
      if (colon == std::string_view::npos)
        fail(concat("has '", printable(word_), "' where index:value was expected"));
      const std::string_view key = word_.substr(0, colon);
      const std::string_view value = word_.substr(colon + 1);
      if (first && key == "qid") {
        rows_.queries.push_back(integer(value, "the qid"));
        continue;
      }
      const std::int64_t index = integer(key, "the index");
      if (index < 0 || index > std::numeric_limits<std::int32_t>::max())
        fail(concat("has the index ", index, "; expected 0 to 2147483647"));
      if (index <= last)
        fail(concat("has the index ", index, " after ", last, "; indices must ascend"),
             "sort the entries of each line by index");
      last = index;
      rows_.entries.push_back({index, number(value, "the value")});
    }
    rows_.row_ends.push_back(rows_.entries.size());
    if (!rows_.queries.empty() && rows_.queries.size() != rows_.labels.size())
      fail("is the first line with, or without, a qid", "give every line a qid, or none");
  }

  double number(std::string_view text, std::string_view what) const {
    const Decimal decimal = parse_decimal(text);
    if (decimal.kind == DecimalKind::number) return decimal.value;
    if (text == "nan" || text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (decimal.kind == DecimalKind::word)
      fail(concat("has '", printable(text), "' for ", what, "; expected a number"));
    fail(concat("has '", printable(text), "' for ", what, "; values must be finite doubles"),
         "write nan for a missing value");
  }
  std::int64_t integer(std::string_view text, std::string_view what) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      fail(concat("has '", printable(text), "' for ", what, "; expected an integer"));
    return value;
  }

  const std::string& name_;
  std::string_view text_;
  std::string_view word_;
  SparseRows rows_;
};

std::vector<std::string_view> pieces_of(std::string_view text) {
  constexpr std::size_t piece_size = std::size_t{1} << 20;
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    std::size_t end = text.size() <= piece_size ? text.size() : text.find('\n', piece_size);
    if (end < text.size()) ++end;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size()));
  }
  return pieces;
}

struct SparseTable {
  std::vector<SparseRows> pieces;
  std::vector<Index> first_rows;  // of the pieces
  Index n_rows = 0;
  Index first_index = 1;
  Index n_columns = 0;
  bool has_queries = false;
};

SparseTable read_pieces(const std::string& name, std::string_view text, const Context& context) {
  const std::vector<std::string_view> pieces = pieces_of(text);
  SparseTable table;
  table.pieces.resize(pieces.size());
  parallel_for(context, static_cast<Index>(pieces.size()), 1, [&](Index i, Index) {
    context.check_stop("read_libsvm");
    const auto at = static_cast<std::size_t>(i);
    table.pieces[at] = LineReader(name, text).read(pieces[at]);
  });
  Index largest = -1;
  std::size_t n_queries = 0;
  for (const SparseRows& rows : table.pieces) {
    table.first_rows.push_back(table.n_rows);
    table.n_rows += static_cast<Index>(rows.labels.size());
    n_queries += rows.queries.size();
    for (const Entry& entry : rows.entries) {
      largest = std::max(largest, entry.index);
      if (entry.index == 0) table.first_index = 0;
    }
  }
  if (table.n_rows == 0)
    throw ParseError(name, 0, 0, "holds no rows", "each line is: label index:value ...");
  if (n_queries != 0 && n_queries != static_cast<std::size_t>(table.n_rows))
    throw ParseError(name, 0, 0,
                     concat("has a qid in ", n_queries, " of its ", table.n_rows, " rows"),
                     "give every line a qid, or none");
  table.has_queries = n_queries != 0;
  table.n_columns = largest < table.first_index ? 0 : largest - table.first_index + 1;
  return table;
}

void check_memory(const std::string& name, Index n_rows, Index n_columns) {
  const double needed = 8.0 * static_cast<double>(n_rows) * static_cast<double>(n_columns);
  const double there = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<double>(::sysconf(_SC_PAGE_SIZE));
  if (needed <= there) return;
  const auto gigabytes = [](double bytes) { return static_cast<std::int64_t>(bytes / 1e9); };
  throw InvalidData(
      concat(printable(name, 300), ": a dense table of ", n_rows, " x ", n_columns, " needs ",
             gigabytes(needed), " GB; this machine has ", gigabytes(there), " GB"),
      "grove's tables are dense: choose fewer columns");
}

void fill(const SparseTable& table, Index n_columns, FileColumns& columns, const Context& context) {
  std::vector<ColumnCells> cells;
  for (std::size_t j = 0; j < columns.size(); ++j) cells.push_back(columns.cells(j));
  const auto label = static_cast<std::size_t>(n_columns);  // a column only if it is the target
  parallel_for(context, static_cast<Index>(table.pieces.size()), 1, [&](Index i, Index) {
    const SparseRows& rows = table.pieces[static_cast<std::size_t>(i)];
    Index row = table.first_rows[static_cast<std::size_t>(i)];
    std::size_t entry = 0;
    for (std::size_t r = 0; r < rows.labels.size(); ++r, ++row) {
      for (std::size_t j = 0; j < label; ++j) cells[j][row] = 0;
      if (label < cells.size()) cells[label][row] = rows.labels[r];
      for (; entry < rows.row_ends[r]; ++entry) {
        const Index column = rows.entries[entry].index - table.first_index;
        cells[static_cast<std::size_t>(column)][row] = rows.entries[entry].value;
      }
    }
  });
}

/// The groups 0, 1, ... in the order of the qids' values.
Labels groups_of(const SparseTable& table) {
  std::vector<std::int64_t> queries;
  for (const SparseRows& rows : table.pieces)
    queries.insert(queries.end(), rows.queries.begin(), rows.queries.end());
  std::vector<std::int64_t> distinct = queries;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  Labels groups(table.n_rows);
  for (Index i = 0; i < table.n_rows; ++i)
    groups(i) = static_cast<int>(
        std::lower_bound(distinct.begin(), distinct.end(), queries[static_cast<std::size_t>(i)]) -
        distinct.begin());
  return groups;
}

}  // namespace

Dataset parse_libsvm(std::string_view text, const ReadOptions& options, const Context& context,
                     const std::string& name) {
  refuse_csv_options(name, options);
  const SparseTable table = read_pieces(name, text, context);
  const Index n_columns = std::max(table.n_columns, options.n_columns);
  check_memory(name, table.n_rows, n_columns);
  std::vector<std::string> names = numbered_columns(n_columns);
  const bool has_label =
      options.target ? options.target == "target" : options.last_column_is_target;
  if (has_label) names.emplace_back("target");
  FileColumns columns(name, std::move(names), options);
  columns.allocate(table.n_rows);
  fill(table, n_columns, columns, context);
  std::vector<ColumnContent> contents = columns.contents_of_numbers();
  const Dataset data = std::move(columns).to_dataset(std::move(contents), {}).with_name(name);
  return table.has_queries && !options.groups ? data.with_groups(groups_of(table)) : data;
}

Dataset read_libsvm(const std::string& path, const ReadOptions& options, const Context& context) {
  const FileText file(path);
  return parse_libsvm(file.text(), options, context, path).with_name(data_name(path));
}

}  // namespace grove
