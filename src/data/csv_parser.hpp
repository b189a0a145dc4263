#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/file_columns.hpp"
#include "grove/core/context.hpp"
#include "grove/data/csv.hpp"

// The inside of read_csv. The text after the header is cut into pieces at record ends; the pieces
// are counted, then parsed straight into the data set's memory.

namespace grove {

struct CsvColumn {
  std::string name;
  bool always_words = false;
  ColumnCells cells = {};
};

/// Lets a map of strings be searched by views.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

/// The words of one column in one piece, with the codes that stand for them there.
struct PieceWords {
  std::unordered_map<std::string, int, TextHash, std::equal_to<>> codes;
  std::int64_t first_number_line = 0;  // 0 = none
  std::int64_t first_number_column = 0;
  std::int64_t first_word_line = 0;
  std::int64_t first_word_column = 0;
  std::string first_word;
};

struct CsvPiece {
  std::string_view text;
  Index first_row = 0;
  Index n_rows = 0;
  std::int64_t first_line = 0;
  std::vector<PieceWords> words;  // per column, after parsing
};

/// What all pieces share.
struct CsvJob {
  std::string name;
  std::string_view text;
  bool mapped = false;
  const ReadOptions* options = nullptr;
  std::vector<std::string> missing_words;
  std::vector<CsvColumn> columns;
};

/// The names in the header, and the number of bytes and lines that it takes.
struct CsvHeader {
  std::vector<std::string> names;
  std::size_t size = 0;
  std::int64_t lines = 0;
};
CsvHeader parse_header(const CsvJob& job);

/// Calls f(line, fields) for every record after the header, the fields as texts without quotes.
/// Throws ParseError for what is no CSV and for records of another length than the header's.
using RecordFunction = std::function<void(std::int64_t, const std::vector<std::string>&)>;
void for_each_record(const CsvJob& job, const CsvHeader& header, const RecordFunction& f);

/// Pieces of about `piece_size` bytes that end at record ends, with their rows and lines counted.
std::vector<CsvPiece> cut(const CsvJob& job, std::string_view body, std::int64_t first_line,
                          std::size_t piece_size, const Context& context);

/// Stores the piece's values: numbers, NaN, or the piece's own code of a word.
void parse_piece(const CsvJob& job, CsvPiece& piece);

/// The line on which row `row` of the file begins.
std::int64_t line_of_row(const std::vector<CsvPiece>& pieces, Index row);

Dataset parse_csv_pieces(std::string_view text, bool mapped, const ReadOptions& options,
                         const Context& context, const std::string& name, std::size_t piece_size);

}  // namespace grove
