#include "data/csv_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "core/atomic_file.hpp"
#include "grove/data/csv.hpp"

namespace grove {

namespace {

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

template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), result.ptr);
}

void append_cell(std::string& out, const Column& column, double value) {
  if (std::isnan(value)) return;
  if (column.kind == ColumnKind::categorical) {
    append_field(out, column.categories[static_cast<std::size_t>(value)]);
  } else {
    append_number(out, value);
  }
}

void append_row(std::string& out, const Dataset& data, const MatrixMap& x, Index row) {
  const std::size_t begin = out.size();
  for (Index j = 0; j < data.n_columns(); ++j) {
    if (j > 0) out += ',';
    append_cell(out, data.columns()[static_cast<std::size_t>(j)], x(row, j));
  }
  if (data.has_labels()) {
    out += ',';
    append_field(out, data.class_names()[static_cast<std::size_t>(data.labels()(row))]);
  }
  if (data.has_target()) append_number(out += ',', data.target()(row));
  if (data.weights() != nullptr) append_number(out += ',', (*data.weights())(row));
  if (data.groups() != nullptr) append_number(out += ',', (*data.groups())(row));
  if (out.size() == begin) out += "\"\"";  // many readers skip empty lines
  out += '\n';
}

}  // namespace

CsvNames csv_names(const Dataset& data) {
  std::vector<std::string> taken;
  for (const Column& column : data.columns()) taken.push_back(column.name);
  const auto free_name = [&](std::string name) {
    while (std::find(taken.begin(), taken.end(), name) != taken.end()) name += '_';
    taken.push_back(name);
    return name;
  };
  CsvNames names;
  names.target = free_name(data.target_name());
  names.weight = free_name("weight");
  names.group = free_name("group");
  return names;
}

std::string csv_text(const Dataset& data) {
  const CsvNames names = csv_names(data);
  std::string out;
  for (const Column& column : data.columns()) {
    if (!out.empty()) out += ',';
    append_field(out, column.name);
  }
  if (data.has_labels() || data.has_target()) append_field(out += ',', names.target);
  if (data.weights() != nullptr) append_field(out += ',', names.weight);
  if (data.groups() != nullptr) append_field(out += ',', names.group);
  out += '\n';
  const MatrixMap x = data.x();
  for (Index row = 0; row < data.n_rows(); ++row) append_row(out, data, x, row);
  return out;
}

void write_csv(const Dataset& data, const std::string& path) {
  write_file_atomically(path, csv_text(data));
}

}  // namespace grove
