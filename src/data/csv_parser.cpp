#include "data/csv_parser.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/text.hpp"
#include "data/decimal.hpp"
#include "data/file_text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// One field: its text without quotes, and where it began.
struct Field {
  std::string_view text;
  bool escaped = false;  // holds "" that stand for "
  bool ends_record = false;
};

/// Walks over fields; knows the place for messages.
class FieldReader {
 public:
  FieldReader(const CsvJob& job, std::string_view text, std::int64_t first_line)
      : job_(job),
        p_(text.data()),
        end_(text.data() + text.size()),
        line_begin_(p_),
        line_(first_line),
        delimiter_(job.options->delimiter),
        delimiter_in_numbers_(std::string_view("+-.eE0123456789").find(delimiter_) !=
                              std::string_view::npos) {}

  bool done() const { return p_ == end_; }
  std::int64_t line() const { return line_; }
  std::int64_t column() const { return field_begin_ - line_begin_ + 1; }
  const char* position() const { return p_; }

  Field next() {
    field_begin_ = p_;
    return p_ != end_ && *p_ == '"' ? quoted() : plain();
  }
  /// Takes the next field if it is a number, as nearly all are; else nothing happens.
  bool take_number(double& value, bool& ends_record) {
    if (delimiter_in_numbers_) return false;
    const char* p = p_;
    std::uint64_t integer = 0;
    if (end_ - p > 8) p += parse_up_to_8_digits(p, integer);
    if (p != p_ && (*p == delimiter_ || *p == '\n')) {
      value = static_cast<double>(integer);
    } else {
      p = parse_decimal_prefix(p_, end_, value);
      if (p == nullptr) return false;
      if (p != end_ && *p == '\r' && (p + 1 == end_ || p[1] == '\n')) ++p;
      if (p != end_ && *p != '\n' && *p != delimiter_) return false;
    }
    field_begin_ = p_;
    ends_record = p == end_ || *p == '\n';
    p_ = p == end_ ? p : p + 1;
    return true;
  }
  /// Called when the record has been dealt with, so that messages still name its line.
  void end_record() {
    ++line_;
    line_begin_ = p_;
  }
  [[noreturn]] void fail(const std::string& message, std::string hint = {}) const {
    throw ParseError(job_.name, line_, column(), message, std::move(hint));
  }

 private:
  Field plain() {
    const char* p = p_;
    while (p != end_ && *p != delimiter_ && *p != '\n') {
      if (*p == '"')
        fail("has a quote inside a field that does not begin with one",
             "quote the whole field and double the quotes inside it");
      ++p;
    }
    const char* last = p;
    const bool ends = p == end_ || *p == '\n';
    if (ends && last != p_ && last[-1] == '\r') --last;
    const Field field{std::string_view(p_, static_cast<std::size_t>(last - p_)), false, ends};
    p_ = p == end_ ? p : p + 1;
    return field;
  }
  Field quoted() {
    const char* p = p_ + 1;
    bool escaped = false;
    while (true) {
      const auto* quote =
          static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(end_ - p)));
      if (quote == nullptr)
        fail("begins with a quote that is never closed",
             "add the closing quote, or remove the first");
      p = quote + 1;
      if (p == end_ || *p != '"') break;
      escaped = true;
      ++p;
    }
    const std::string_view inside(p_ + 1, static_cast<std::size_t>(p - 1 - (p_ + 1)));
    if (p != end_ && *p == '\r' && (p + 1 == end_ || p[1] == '\n')) ++p;
    if (p != end_ && *p != delimiter_ && *p != '\n')
      fail("has text after the closing quote of a field",
           "double the quotes inside a quoted field");
    const bool ends = p == end_ || *p == '\n';
    for (const char c : inside)
      if (c == '\n') ++line_;
    p_ = p == end_ ? p : p + 1;
    return {inside, escaped, ends};
  }

  const CsvJob& job_;
  const char* p_;
  const char* end_;
  const char* line_begin_;
  const char* field_begin_ = nullptr;
  std::int64_t line_;
  char delimiter_;
  bool delimiter_in_numbers_;
};

std::string unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text[i];
    if (text[i] == '"') ++i;
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// False for what parse_decimal is sure to call a word.
bool may_be_decimal(std::string_view text) {
  return !text.empty() &&
         std::string_view("+-.iI0123456789").find(text.front()) != std::string_view::npos;
}

bool is_missing(const CsvJob& job, std::string_view text) {
  if (text.empty()) return true;
  for (const std::string& word : job.missing_words)
    if (text.front() == word.front() && text == word) return true;
  return false;
}

/// The first byte that is NUL or no part of well-formed UTF-8 (RFC 3629), or npos.
std::size_t bad_byte(std::string_view text) {
  unsigned char all_bits = 0;
  unsigned char lowest = 0xff;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    all_bits = static_cast<unsigned char>(all_bits | byte);
    lowest = std::min(lowest, byte);
  }
  if (all_bits < 0x80 && lowest > 0) return std::string_view::npos;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char c = byte(i);
    std::size_t length = 0;
    if (c >= 1 && c < 0x80) length = 1;
    if (c >= 0xc2 && c <= 0xdf && follows(i + 1)) length = 2;
    if (c >= 0xe0 && c <= 0xef &&
        follows(i + 1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) && follows(i + 2))
      length = 3;
    if (c >= 0xf0 && c <= 0xf4 &&
        follows(i + 1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) && follows(i + 2) &&
        follows(i + 3))
      length = 4;
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

void check_bytes(const CsvJob& job, std::string_view text, std::int64_t first_line) {
  const std::size_t bad = bad_byte(text);
  if (bad == std::string_view::npos) return;
  const std::string_view before = text.substr(0, bad);
  std::int64_t line = first_line;
  for (const char c : before) line += c == '\n' ? 1 : 0;
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 == 0
  throw ParseError(job.name, line, static_cast<std::int64_t>(bad - line_begin) + 1,
                   text[bad] == '\0' ? "holds a NUL byte" : "is not UTF-8",
                   "save the file as UTF-8 text");
}

/// Stores one field and keeps what is known of its column.
class ColumnSink {
 public:
  ColumnSink(const CsvJob& job, CsvPiece& piece) : job_(job), piece_(piece) {}

  /// Reads the next field into the column; returns whether it ends the record.
  bool read(std::size_t column, Index row, FieldReader& reader) {
    const CsvColumn& info = job_.columns[column];
    double& cell = info.cells[row];
    bool ends_record = false;
    if (!info.always_words && reader.take_number(cell, ends_record)) {
      note_number(column, reader);
      return ends_record;
    }
    const Field field = reader.next();
    store(column, cell, field, reader);
    return field.ends_record;
  }

 private:
  void store(std::size_t column, double& cell, const Field& field, const FieldReader& reader) {
    const std::string_view text = trimmed(field.text);
    if (!job_.columns[column].always_words && may_be_decimal(text)) {
      const Decimal decimal = parse_decimal(text);
      if (decimal.kind == DecimalKind::number) {
        cell = decimal.value;
        note_number(column, reader);
        return;
      }
      refuse(decimal, column, field, reader);
    }
    cell = is_missing(job_, text) ? missing : code_of(piece_.words[column], field, reader);
  }
  void note_number(std::size_t column, const FieldReader& reader) {
    PieceWords& words = piece_.words[column];
    if (words.first_number_line != 0) return;
    words.first_number_line = reader.line();
    words.first_number_column = reader.column();
  }
  void refuse(const Decimal& decimal, std::size_t column, const Field& field,
              const FieldReader& reader) const {
    if (decimal.kind == DecimalKind::infinite)
      reader.fail(concat("column '", printable(job_.columns[column].name), "' holds '",
                         printable(field.text), "'; values must be finite"),
                  "leave the field empty for a missing value, or add the word to na");
    if (decimal.kind == DecimalKind::overflow)
      reader.fail(concat("column '", printable(job_.columns[column].name), "' holds ",
                         printable(field.text), ", which is too large for a double"),
                  "leave the field empty for a missing value, or add the word to na");
  }
  double code_of(PieceWords& words, const Field& field, const FieldReader& reader) {
    std::string unescaped;
    if (field.escaped) unescaped = unescape(field.text);
    const std::string_view word = field.escaped ? unescaped : field.text;
    const auto known = words.codes.find(word);
    if (known != words.codes.end()) return known->second;
    if (words.first_word_line == 0) {
      words.first_word_line = reader.line();
      words.first_word_column = reader.column();
      words.first_word = std::string(word.substr(0, 200));
    }
    const auto code = static_cast<int>(words.codes.size());
    words.codes.emplace(word, code);
    return code;
  }

  const CsvJob& job_;
  CsvPiece& piece_;
};

}  // namespace

CsvHeader parse_header(const CsvJob& job) {
  if (job.text.empty())
    throw ParseError(job.name, 0, 0, "is empty", "a header line with column names is needed");
  FieldReader reader(job, job.text, 1);
  CsvHeader header;
  while (true) {
    const Field field = reader.next();
    std::string name = field.escaped ? unescape(field.text) : std::string(field.text);
    if (name.empty())
      reader.fail(concat("column ", header.names.size() + 1, " of the header has no name"),
                  "the first line must name every column");
    for (const std::string& other : header.names)
      if (other == name)
        reader.fail(concat("two columns are called '", printable(name), "'"),
                    "give each its own name");
    header.names.push_back(std::move(name));
    if (field.ends_record) break;
  }
  header.size = static_cast<std::size_t>(reader.position() - job.text.data());
  header.lines = reader.line();
  check_bytes(job, job.text.substr(0, header.size), 1);
  return header;
}

namespace {

struct LineCount {
  std::int64_t lines = 0;
  Index rows = 0;
};

/// The line ends in a piece, and the records: an end of line inside quotes ends none.
LineCount count_lines(std::string_view text) {
  LineCount count;
  bool within = false;
  if (text.find('"') == std::string_view::npos) {
    count.lines = std::count(text.begin(), text.end(), '\n');
    count.rows = count.lines;
  } else {
    for (const char c : text) {
      within ^= c == '"';
      count.lines += c == '\n' ? 1 : 0;
      count.rows += c == '\n' && !within ? 1 : 0;
    }
  }
  count.rows += text.back() == '\n' && !within ? 0 : 1;
  return count;
}

}  // namespace

std::vector<CsvPiece> cut(const CsvJob& job, std::string_view body, std::int64_t first_line,
                          std::size_t piece_size, const Context& context) {
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
  // Quotes before a raw border tell whether it lies inside a quoted field: only there can an end of
  // line be part of a value.
  const auto n_raw = static_cast<Index>((body.size() + piece_size - 1) / piece_size);
  const auto raw = [&](Index i) {
    return body.substr(static_cast<std::size_t>(i) * piece_size, piece_size);
  };
  std::vector<char> odd(static_cast<std::size_t>(n_raw));
  parallel_for(context, n_raw, 1, [&](Index i, Index) {
    const std::string_view piece = raw(i);
    odd[static_cast<std::size_t>(i)] = std::count(piece.begin(), piece.end(), '"') % 2 != 0 ? 1 : 0;
    forget_pages(raw(i), job.mapped);
  });
  std::vector<CsvPiece> pieces;
  std::size_t begin = 0;
  bool inside = false;
  for (Index i = 0; i < n_raw; ++i) {
    inside ^= odd[static_cast<std::size_t>(i)] != 0;
    std::size_t end = std::min(body.size(), static_cast<std::size_t>(i + 1) * piece_size);
    if (end < begin) continue;
    for (bool within = inside; end < body.size(); ++end) {
      if (!within && end > begin && body[end - 1] == '\n') break;
      within ^= body[end] == '"';
    }
    if (end == begin) continue;
    CsvPiece piece;
    piece.text = body.substr(begin, end - begin);
    pieces.push_back(std::move(piece));
    begin = end;
  }
  parallel_for(context, static_cast<Index>(pieces.size()), 1, [&](Index i, Index) {
    CsvPiece& piece = pieces[static_cast<std::size_t>(i)];
    const LineCount count = count_lines(piece.text);
    piece.first_line = count.lines;
    piece.n_rows = count.rows;
    forget_pages(piece.text, job.mapped);
  });
  Index row = 0;
  for (CsvPiece& piece : pieces) {
    piece.first_row = row;
    row += piece.n_rows;
    first_line += std::exchange(piece.first_line, first_line);
  }
  return pieces;
}

namespace {

void check_length(const FieldReader& reader, std::size_t n_fields, std::size_t n_columns) {
  if (n_fields == n_columns) return;
  reader.fail(concat("has ", n_fields, n_fields == 1 ? " field" : " fields",
                     ", but the header names ", n_columns, n_columns == 1 ? " column" : " columns"),
              "every row needs one field per column; check the delimiter and the quotes");
}

}  // namespace

void parse_piece(const CsvJob& job, CsvPiece& piece) {
  const std::size_t n_columns = job.columns.size();
  check_bytes(job, piece.text, piece.first_line);
  piece.words.resize(n_columns);
  FieldReader reader(job, piece.text, piece.first_line);
  ColumnSink sink(job, piece);
  for (Index row = piece.first_row; row < piece.first_row + piece.n_rows; ++row) {
    std::size_t column = 0;
    while (true) {
      const bool ends =
          column < n_columns ? sink.read(column, row, reader) : reader.next().ends_record;
      ++column;
      if (ends) break;
    }
    check_length(reader, column, n_columns);
    reader.end_record();
  }
  forget_pages(piece.text, job.mapped);
}

void for_each_record(const CsvJob& job, const CsvHeader& header, const RecordFunction& f) {
  std::string_view body = job.text.substr(header.size);
  while (!body.empty() && (body.back() == '\n' || body.back() == '\r')) body.remove_suffix(1);
  check_bytes(job, body, header.lines + 1);
  FieldReader reader(job, body, header.lines + 1);
  std::vector<std::string> fields;
  while (!reader.done()) {
    const std::int64_t line = reader.line();
    fields.clear();
    while (true) {
      const Field field = reader.next();
      fields.push_back(field.escaped ? unescape(field.text) : std::string(field.text));
      if (field.ends_record) break;
    }
    check_length(reader, fields.size(), header.names.size());
    f(line, fields);
    reader.end_record();
  }
}

std::int64_t line_of_row(const std::vector<CsvPiece>& pieces, Index row) {
  for (const CsvPiece& piece : pieces) {
    if (row >= piece.first_row + piece.n_rows) continue;
    std::int64_t line = piece.first_line;
    Index here = piece.first_row;
    bool within = false;
    for (const char c : piece.text) {
      if (here == row) break;
      within ^= c == '"';
      line += c == '\n' ? 1 : 0;
      here += c == '\n' && !within ? 1 : 0;
    }
    return line;
  }
  return 0;
}

}  // namespace grove
