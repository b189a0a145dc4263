#include "cli/output.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <set>
#include <system_error>

#include "core/atomic_file.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::cli {

void print(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return;
  throw Error(concat("cannot write to standard output: ", std::generic_category().message(errno)));
}

void check_outputs(const std::vector<std::string>& paths) {
  std::set<std::string> taken;
  for (const std::string& path : paths) {
    if (path.empty()) continue;
    if (!taken.insert(path).second)
      throw InvalidParameter(concat("two outputs go to ", printable(path, 300)),
                             "give each a file of its own");
    if (path != "-") check_writable(path);
  }
}

void write_text(const std::string& path, std::string_view text) {
  if (path == "-") {
    print(text);
  } else {
    write_file_atomically(path, text);
  }
}

void write_json(const std::string& path, const Json& json) {
  write_text(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json work_json(const WorkCounts& work) {
  Json json = Json::object();
  for (const auto& [name, count] : work) json[name] = count;
  return json;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

namespace {

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return width;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.-+e%") == std::string_view::npos;
}

}  // namespace

std::string table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t j = 0; j < head.size(); ++j) {
    widths.push_back(width_of(head[j]));
    right.push_back(!rows.empty());
    for (const auto& row : rows) {
      widths[j] = std::max(widths[j], width_of(row[j]));
      right[j] = right[j] && (is_number(row[j]) || row[j].find("+-") != std::string::npos);
    }
  }
  std::string text;
  const auto append_row = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const std::string space(widths[j] - width_of(row[j]), ' ');
      line += j == 0 ? "" : "  ";
      line += right[j] ? concat(space, row[j]) : concat(row[j], space);
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    text += concat(line, "\n");
  };
  append_row(head);
  for (const auto& row : rows) append_row(row);
  return text;
}

std::string rounded(double value, int digits) {
  if (!std::isfinite(value)) return number_text(value);
  const bool plain = value == 0 || (std::abs(value) >= 1e-4 && std::abs(value) < 1e9);
  std::array<char, 64> buffer;
  const auto form = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, form, digits);
  return {buffer.data(), result.ptr};
}

}  // namespace grove::cli
