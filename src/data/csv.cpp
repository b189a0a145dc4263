#include "grove/data/csv.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "data/csv_parser.hpp"
#include "data/file_columns.hpp"
#include "data/file_text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

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

ColumnContent settle(const CsvJob& job, const std::vector<CsvPiece>& pieces, std::size_t column) {
  check_not_mixed(job, pieces, column);
  ColumnContent content;
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
      double& cell = info.cells[row];
      if (!std::isnan(cell)) cell = common[static_cast<std::size_t>(cell)];
    }
  }
  return content;
}

}  // namespace

Dataset parse_csv_pieces(std::string_view text, bool mapped, const ReadOptions& options,
                         const Context& context, const std::string& name, std::size_t piece_size) {
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  CsvJob job;
  job.name = name;
  job.text = text;
  job.mapped = mapped;
  job.options = &options;
  job.missing_words = {"NA", "N/A", "NaN", "nan", "null"};
  for (const std::string& word : options.na)
    if (!word.empty()) job.missing_words.push_back(word);
  if (options.delimiter == '"' || options.delimiter == '\n' || options.delimiter == '\r')
    throw InvalidParameter("read_csv: the delimiter cannot be a quote or an end of line");
  const CsvHeader header = parse_header(job);
  FileColumns columns(name, header.names, options);
  std::vector<CsvPiece> pieces =
      cut(job, text.substr(header.size), header.lines + 1, piece_size, context);
  const Index n_rows = pieces.empty() ? 0 : pieces.back().first_row + pieces.back().n_rows;
  if (n_rows == 0)
    throw ParseError(name, 0, 0, "has a header and no rows", "at least one row of data is needed");
  columns.allocate(n_rows);
  for (std::size_t j = 0; j < columns.size(); ++j)
    job.columns.push_back({.name = columns.name(j),
                           .always_words = columns.declared_categorical(j),
                           .cells = columns.cells(j)});
  parallel_for(context, static_cast<Index>(pieces.size()), 1, [&](Index i, Index) {
    context.check_stop("read_csv");
    parse_piece(job, pieces[static_cast<std::size_t>(i)]);
  });
  std::vector<ColumnContent> contents;
  for (std::size_t j = 0; j < columns.size(); ++j) contents.push_back(settle(job, pieces, j));
  return std::move(columns).to_dataset(std::move(contents),
                                       [&](Index row) { return line_of_row(pieces, row); });
}

namespace {

constexpr std::size_t usual_piece_size = std::size_t{1} << 20;

}  // namespace

Dataset read_csv(const std::string& path, const ReadOptions& options, const Context& context) {
  const FileText file(path);
  return parse_csv_pieces(file.text(), file.is_mapped(), options, context, path, usual_piece_size)
      .with_name(data_name(path));
}

Dataset parse_csv(std::string_view text, const ReadOptions& options, const Context& context,
                  const std::string& name) {
  return parse_csv_pieces(text, false, options, context, name, usual_piece_size).with_name(name);
}

}  // namespace grove
