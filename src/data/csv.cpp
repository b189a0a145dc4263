#include "grove/data/csv.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "core/atomic_file.hpp"
#include "core/text.hpp"
#include "data/csv_parser.hpp"
#include "data/file_text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr std::size_t no_column = static_cast<std::size_t>(-1);

/// Which columns of the file have a part to play.
struct Roles {
  std::size_t target = no_column;
  std::size_t weights = no_column;
  std::size_t groups = no_column;
};

std::size_t place_of(const CsvJob& job, const std::vector<std::string>& names,
                     const std::string& wanted, std::string_view option) {
  const auto found = std::find(names.begin(), names.end(), wanted);
  if (found == names.end())
    throw InvalidParameter(concat(job.name, ": there is no column '", printable(wanted), "' for ",
                                  option, did_you_mean(wanted, names)),
                           concat("the file has ", join(names)));
  return static_cast<std::size_t>(found - names.begin());
}

Roles roles_of(const CsvJob& job, const std::vector<std::string>& names) {
  const CsvOptions& options = *job.options;
  Roles roles;
  if (options.target) {
    roles.target = place_of(job, names, *options.target, "the target");
  } else if (options.last_column_is_target) {
    roles.target = names.size() - 1;
  }
  if (options.weights) roles.weights = place_of(job, names, *options.weights, "the weights");
  if (options.groups) roles.groups = place_of(job, names, *options.groups, "the groups");
  return roles;
}

/// What a column turned out to hold: numbers, or words with the categories in sorted order. The
/// pieces' own codes in memory are replaced by the common ones.
struct Content {
  bool words = false;
  std::vector<std::string> categories;
};

void check_not_mixed(const CsvJob& job, const std::vector<CsvPiece>& pieces, std::size_t column) {
  const PieceWords* number = nullptr;
  const PieceWords* word = nullptr;
  for (const CsvPiece& piece : pieces) {
    const PieceWords& words = piece.words[column];
    if (number == nullptr && words.first_number_line != 0) number = &words;
    if (word == nullptr && words.first_word_line != 0) word = &words;
  }
  if (number == nullptr || word == nullptr) return;
  const bool word_is_later = word->first_word_line > number->first_number_line;
  throw ParseError(
      job.name, word_is_later ? word->first_word_line : number->first_number_line,
      word_is_later ? word->first_word_column : number->first_number_column,
      concat("column '", printable(job.columns[column].name), "' holds numbers and the word '",
             printable(word->first_word), "'"),
      "declare the column categorical, or add the word to na if it stands for a missing value");
}

Content settle(const CsvJob& job, const std::vector<CsvPiece>& pieces, std::size_t column) {
  check_not_mixed(job, pieces, column);
  Content content;
  content.words = job.columns[column].always_words;
  std::set<std::string_view> distinct;
  for (const CsvPiece& piece : pieces)
    for (const auto& [word, code] : piece.words[column].codes) distinct.insert(word);
  content.words = content.words || !distinct.empty();
  content.categories.assign(distinct.begin(), distinct.end());
  if (distinct.empty()) return content;
  const CsvColumn& info = job.columns[column];
  for (const CsvPiece& piece : pieces) {
    const auto& codes = piece.words[column].codes;
    std::vector<double> common(codes.size());
    for (const auto& [word, code] : codes) {
      const auto found =
          std::lower_bound(content.categories.begin(), content.categories.end(), word);
      common[static_cast<std::size_t>(code)] =
          static_cast<double>(found - content.categories.begin());
    }
    for (Index row = piece.first_row; row < piece.first_row + piece.n_rows; ++row) {
      double& cell = info.data[row * info.stride];
      if (!std::isnan(cell)) cell = common[static_cast<std::size_t>(cell)];
    }
  }
  return content;
}

void refuse_missing(const CsvJob& job, const std::vector<CsvPiece>& pieces, const Vector& values,
                    const std::string& name, std::string_view role) {
  for (Index row = 0; row < values.size(); ++row)
    if (std::isnan(values(row)))
      throw ParseError(job.name, line_of_row(pieces, row), 0,
                       concat("the ", role, " '", printable(name), "' is missing"),
                       concat("every row needs a ", role, "; drop the rows that have none"));
}

Labels as_codes(const Vector& values) {
  Labels codes(values.size());
  for (Index i = 0; i < values.size(); ++i) codes(i) = static_cast<int>(values(i));
  return codes;
}

/// The sorted distinct values if they are integers and at most `most`; else nothing.
std::vector<double> few_integers(const Vector& values, std::size_t most) {
  std::set<double> distinct;
  for (Index i = 0; i < values.size(); ++i) {
    if (values(i) != std::floor(values(i)) || std::abs(values(i)) > 1e15) return {};
    distinct.insert(values(i) + 0.0);
    if (distinct.size() > most) return {};
  }
  return {distinct.begin(), distinct.end()};
}

Dataset with_csv_target(const Dataset& data, const CsvJob& job, const std::string& name,
                        const Vector& values, const Content& content) {
  const Task task = job.options->task;
  if (content.words) {
    if (task == Task::regression)
      throw ParseError(job.name, 0, 0,
                       concat("the target '", printable(name), "' holds words (",
                              join(content.categories, 3), "), which a regression cannot predict"),
                       "use task = classification, or name another target");
    return data.with_labels(as_codes(values), content.categories, name);
  }
  std::vector<double> classes;
  if (task != Task::regression)
    classes = few_integers(values, task == Task::automatic ? 20 : std::size_t{1} << 20);
  if (classes.empty()) {
    if (task == Task::classification && values.size() > 0)
      throw ParseError(
          job.name, 0, 0,
          concat("the target '", printable(name), "' holds numbers that are not integers"),
          "use task = regression, or declare the column categorical");
    return data.with_target(values, name);
  }
  Labels codes(values.size());
  for (Index i = 0; i < values.size(); ++i)
    codes(i) = static_cast<int>(std::lower_bound(classes.begin(), classes.end(), values(i)) -
                                classes.begin());
  std::vector<std::string> names;
  for (const double value : classes) names.push_back(concat(static_cast<std::int64_t>(value)));
  return data.with_labels(std::move(codes), std::move(names), name);
}

/// The data set under construction: the matrix and the columns that are not part of it.
struct Table {
  Matrix x;
  Vector target, weights, groups;
  std::vector<std::size_t> features;  // columns of the file, in the order of x
};

Table lay_out(CsvJob& job, const Roles& roles, Index n_rows) {
  Table table;
  for (std::size_t j = 0; j < job.columns.size(); ++j)
    if (j != roles.target && j != roles.weights && j != roles.groups) table.features.push_back(j);
  const auto d = static_cast<Index>(table.features.size());
  table.x.resize(n_rows, d);
  for (Index j = 0; j < d; ++j) {
    CsvColumn& column = job.columns[table.features[static_cast<std::size_t>(j)]];
    column.data = table.x.data() + j;
    column.stride = d;
  }
  const auto place = [&](std::size_t column, Vector& values) {
    if (column == no_column) return;
    values.resize(n_rows);
    job.columns[column].data = values.data();
  };
  place(roles.target, table.target);
  place(roles.weights, table.weights);
  place(roles.groups, table.groups);
  return table;
}

Dataset assemble(const CsvJob& job, const Roles& roles, const std::vector<CsvPiece>& pieces,
                 Table table) {
  Columns columns;
  for (const std::size_t j : table.features) {
    Content content = settle(job, pieces, j);
    columns.push_back({.name = job.columns[j].name,
                       .kind = content.words ? ColumnKind::categorical : ColumnKind::numeric,
                       .categories = std::move(content.categories)});
  }
  Dataset data(std::move(table.x), std::move(columns));
  if (roles.target != no_column) {
    const Content content = settle(job, pieces, roles.target);
    const std::string& name = job.columns[roles.target].name;
    refuse_missing(job, pieces, table.target, name, "target");
    data = with_csv_target(data, job, name, table.target, content);
  }
  if (roles.weights != no_column) {
    const std::string& name = job.columns[roles.weights].name;
    if (settle(job, pieces, roles.weights).words)
      throw ParseError(job.name, 0, 0,
                       concat("the weights '", printable(name), "' are words, not numbers"));
    refuse_missing(job, pieces, table.weights, name, "weight");
    data = data.with_weights(std::move(table.weights));
  }
  if (roles.groups != no_column) {
    const Content content = settle(job, pieces, roles.groups);
    refuse_missing(job, pieces, table.groups, job.columns[roles.groups].name, "group");
    if (!content.words) {
      const std::vector<double> distinct = few_integers(table.groups, std::size_t{1} << 30);
      if (distinct.empty())
        throw ParseError(job.name, 0, 0, "the groups are numbers that are not integers");
      for (Index i = 0; i < table.groups.size(); ++i)
        table.groups(i) = static_cast<double>(
            std::lower_bound(distinct.begin(), distinct.end(), table.groups(i)) - distinct.begin());
    }
    data = data.with_groups(as_codes(table.groups));
  }
  return data;
}

}  // namespace

Dataset parse_csv_pieces(std::string_view text, bool mapped, const CsvOptions& options,
                         const Context& context, const std::string& name, std::size_t piece_size) {
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  CsvJob job;
  job.name = name;
  job.text = text;
  job.mapped = mapped;
  job.options = &options;
  job.missing_words = {"NA", "N/A", "NaN", "nan", "null"};
  job.missing_words.insert(job.missing_words.end(), options.na.begin(), options.na.end());
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r')
    throw InvalidParameter("read_csv: the delimiter cannot be a quote or an end of line");
  const CsvHeader header = parse_header(job);
  for (const std::string& column : header.names) job.columns.push_back({.name = column});
  for (const std::string& column : options.categorical)
    job.columns[place_of(job, header.names, column, "categorical")].always_words = true;
  const Roles roles = roles_of(job, header.names);
  std::vector<CsvPiece> pieces =
      cut(job, text.substr(header.size), header.lines + 1, piece_size, context);
  const Index n_rows = pieces.empty() ? 0 : pieces.back().first_row + pieces.back().n_rows;
  if (n_rows == 0)
    throw ParseError(name, 0, 0, "has a header and no rows", "at least one row of data is needed");
  Table table = lay_out(job, roles, n_rows);
  parallel_for(context, static_cast<Index>(pieces.size()), 1, [&](Index i, Index) {
    context.check_stop("read_csv");
    parse_piece(job, pieces[static_cast<std::size_t>(i)]);
  });
  return assemble(job, roles, pieces, std::move(table));
}

namespace {

constexpr std::size_t usual_piece_size = std::size_t{1} << 20;

/// "data/adult.csv.gz" -> "adult"
std::string stem_of(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  return file.substr(0, file.find('.', 1));
}

bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of(",\"\r\n") != std::string_view::npos ||
         text.front() == ' ' || text.back() == ' ';
}

void append_field(std::string& out, std::string_view text) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    out += c;
    if (c == '"') out += '"';
  }
  out += '"';
}

void append_row(std::string& out, const Dataset& data, Index row) {
  for (Index j = 0; j < data.n_columns(); ++j) {
    if (j > 0) out += ',';
    const double value = data.x()(row, j);
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    if (std::isnan(value)) continue;
    if (column.kind == ColumnKind::categorical) {
      append_field(out, column.categories[static_cast<std::size_t>(value)]);
    } else {
      out += number_text(value);
    }
  }
  if (data.has_labels()) {
    out += ',';
    append_field(out, data.class_names()[static_cast<std::size_t>(data.labels()(row))]);
  }
  if (data.has_target()) out += concat(',', data.target()(row));
  if (data.weights() != nullptr) out += concat(',', (*data.weights())(row));
  if (data.groups() != nullptr) out += concat(',', (*data.groups())(row));
  out += '\n';
}

}  // namespace

Dataset read_csv(const std::string& path, const CsvOptions& options, const Context& context) {
  const FileText file(path);
  return parse_csv_pieces(file.text(), file.is_mapped(), options, context, path, usual_piece_size)
      .with_name(stem_of(path));
}

Dataset parse_csv(std::string_view text, const CsvOptions& options, const Context& context,
                  const std::string& name) {
  return parse_csv_pieces(text, false, options, context, name, usual_piece_size).with_name(name);
}

void write_csv(const Dataset& data, const std::string& path) {
  std::string out;
  for (const Column& column : data.columns()) {
    if (!out.empty()) out += ',';
    append_field(out, column.name);
  }
  if (data.has_labels() || data.has_target()) {
    out += ',';
    append_field(out, data.target_name());
  }
  if (data.weights() != nullptr) out += ",weight";
  if (data.groups() != nullptr) out += ",group";
  out += '\n';
  for (Index row = 0; row < data.n_rows(); ++row) append_row(out, data, row);
  write_file_atomically(path, out);
}

}  // namespace grove
