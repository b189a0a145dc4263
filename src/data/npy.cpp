#include "grove/data/npy.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "data/file_columns.hpp"
#include "data/file_text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

namespace grove {

namespace {

struct NpyHeader {
  std::string type;  // as in '<f8'
  bool fortran_order = false;
  Index n_rows = 0;
  Index n_columns = 0;
  std::size_t size = 0;  // bytes before the values
};

/// Reads the header's text, a Python dictionary of three entries in any order.
class HeaderReader {
 public:
  HeaderReader(const std::string& file, std::string_view text) : file_(file), text_(text) {}

  NpyHeader read() {
    expect('{');
    bool has_type = false;
    bool has_order = false;
    bool has_shape = false;
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !has_type) {
        header_.type = type();
        has_type = true;
      } else if (key == "fortran_order" && !has_order) {
        header_.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape" && !has_shape) {
        shape();
        has_shape = true;
      } else {
        fail();
      }
      if (!accept(',') && peek() != '}') fail();
    }
    skip_space();
    if (!has_type || !has_order || !has_shape || !text_.empty()) fail();
    return header_;
  }

 private:
  [[noreturn]] void fail() const { throw ParseError(file_, 0, 0, "has a damaged .npy header"); }

  void skip_space() {
    while (!text_.empty() && (text_.front() == ' ' || text_.front() == '\n'))
      text_.remove_prefix(1);
  }
  char peek() {
    skip_space();
    return text_.empty() ? '\0' : text_.front();
  }
  bool accept(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  std::string string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail();
    text_.remove_prefix(1);
    const std::size_t end = text_.find(quote);
    if (end == std::string_view::npos) fail();
    const std::string value(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return value;
  }
  std::string type() {
    if (peek() == '[')
      throw ParseError(file_, 0, 0, "holds a structured array; expected plain numbers",
                       "save a 2-D array of float64");
    return string();
  }
  bool boolean() {
    skip_space();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return value;
    }
    fail();
  }
  void shape() {
    std::vector<Index> sizes;
    expect('(');
    while (!accept(')')) {
      skip_space();
      Index size = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0) fail();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      sizes.push_back(size);
      if (!accept(',') && peek() != ')') fail();
    }
    if (sizes.size() != 2)
      throw ParseError(file_, 0, 0,
                       concat("holds an array of ", sizes.size(),
                              sizes.size() == 1 ? " dimension" : " dimensions",
                              "; expected 2, rows and columns"),
                       sizes.size() == 1 ? "save array.reshape(-1, 1) for a single column"
                                         : "save array.reshape(len(array), -1)");
    header_.n_rows = sizes[0];
    header_.n_columns = sizes[1];
  }

  const std::string& file_;
  std::string_view text_;
  NpyHeader header_;
};

NpyHeader parse_npy_header(const std::string& file, std::string_view bytes) {
  constexpr std::string_view magic = "\x93NUMPY";
  if (!bytes.starts_with(magic) || bytes.size() < 12)
    throw ParseError(file, 0, 0, "is no .npy file: it does not begin as one",
                     "numpy.save writes .npy files; an .npz archive holds several of them");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3)
    throw ParseError(file, 0, 0, concat("is in version ", version, " of the .npy format"),
                     "grove reads versions 1 to 3");
  const std::size_t begin = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8U;
  if (version > 1) length |= byte(10) << 16U | byte(11) << 24U;
  if (length > bytes.size() - begin)
    throw ParseError(file, 0, 0, "ends inside its .npy header", "copy or save the file again");
  NpyHeader header = HeaderReader(file, bytes.substr(begin, length)).read();
  header.size = begin + length;
  return header;
}

/// Whether a data set can hold the value, as a double.
template <class T>
bool fits(T value) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  if constexpr (std::is_floating_point_v<T>) {
    return !std::isinf(value);
  } else {
    return std::cmp_less_equal(value, most) && std::cmp_greater_equal(value, -most);
  }
}

template <class T>
[[noreturn]] void refuse(const std::string& file, T value, Index row, const std::string& column) {
  constexpr bool real = std::is_floating_point_v<T>;
  throw ParseError(
      file, 0, 0,
      concat("holds ", value, " in row ", row, ", column ", column,
             real ? "; values must be finite" : ", which a double cannot hold"),
      real ? "use NaN for a missing value" : "save array.astype('<f8') if rounding does no harm");
}

template <class T>
void read_values(const std::string& file, const NpyHeader& header, std::string_view values,
                 FileColumns& columns, const Context& context) {
  const auto expected = static_cast<std::size_t>(header.n_rows * header.n_columns) * sizeof(T);
  if (values.size() != expected)
    throw ParseError(
        file, 0, 0,
        concat("holds ", values.size(), " bytes of values; its header promises ", expected, " (",
               header.n_rows, " x ", header.n_columns, " of '", header.type, "')"),
        "copy or save the file again");
  const Index row_step = header.fortran_order ? 1 : header.n_columns;
  const Index column_step = header.fortran_order ? header.n_rows : 1;
  std::vector<ColumnCells> cells;
  for (std::size_t j = 0; j < columns.size(); ++j) cells.push_back(columns.cells(j));
  parallel_for(context, header.n_rows, 4096, [&](Index begin, Index end) {
    context.check_stop("read_npy");
    for (Index i = begin; i < end; ++i) {
      for (std::size_t j = 0; j < cells.size(); ++j) {
        const auto place =
            static_cast<std::size_t>(i * row_step + static_cast<Index>(j) * column_step);
        T value;
        std::memcpy(&value, values.data() + place * sizeof(T), sizeof(T));
        if (!fits(value)) refuse(file, value, i, columns.name(j));
        cells[j][i] = static_cast<double>(value);
      }
    }
  });
}

void read_values_of_type(const std::string& file, const NpyHeader& header, std::string_view values,
                         FileColumns& columns, const Context& context) {
  const auto read = [&]<class T>(T) { read_values<T>(file, header, values, columns, context); };
  const std::string& type = header.type;
  if (type == "<f8") return read(double{});
  if (type == "<f4") return read(float{});
  if (type == "<i8") return read(std::int64_t{});
  if (type == "<i4") return read(std::int32_t{});
  if (type == "<i2") return read(std::int16_t{});
  if (type == "|i1") return read(std::int8_t{});
  if (type == "<u8") return read(std::uint64_t{});
  if (type == "<u4") return read(std::uint32_t{});
  if (type == "<u2") return read(std::uint16_t{});
  if (type == "|u1" || type == "|b1") return read(std::uint8_t{});
  throw ParseError(file, 0, 0,
                   concat("holds values of type '", printable(type),
                          "'; expected float64, float32, integers or bool, little-endian"),
                   "save array.astype('<f8')");
}

}  // namespace

Dataset read_npy(const std::string& path, const ReadOptions& options, const Context& context) {
  refuse_csv_options(path, options);
  const FileText file(path);
  const NpyHeader header = parse_npy_header(path, file.text());
  const std::string_view values = file.text().substr(header.size);
  if (header.n_rows == 0 || header.n_columns == 0)
    throw ParseError(path, 0, 0,
                     concat("holds ", header.n_rows, " x ", header.n_columns, " values"),
                     "at least one row and one column are needed");
  // Every value takes a byte, so that no header makes grove allocate more than the file warrants.
  const auto most = static_cast<Index>(values.size());
  if (header.n_rows > most || header.n_columns > most / header.n_rows)
    throw ParseError(path, 0, 0,
                     concat("holds ", most, " bytes of values; its header promises ", header.n_rows,
                            " x ", header.n_columns, " values"),
                     "copy or save the file again");
  FileColumns columns(path, numbered_columns(header.n_columns), options);
  columns.allocate(header.n_rows);
  read_values_of_type(path, header, values, columns, context);
  std::vector<ColumnContent> contents = columns.contents_of_numbers();
  return std::move(columns).to_dataset(std::move(contents), {}).with_name(data_name(path));
}

}  // namespace grove
