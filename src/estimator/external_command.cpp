#include "estimator/external_command.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "core/text.hpp"
#include "grove/estimator/external_model.hpp"

namespace grove {

namespace {

constexpr std::string_view form =
    "write external(COMMAND), or external(\"COMMAND\", timeout=60) with \\\" for a quote inside";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_name_part(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t after_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

CommandText trouble(std::size_t at, std::string error) {
  return {.command = {}, .end = at, .error = std::move(error), .hint = std::string(form)};
}

/// One escape sequence at `at`, a backslash; moves behind it. Nothing if there is no such one.
std::optional<char> escape(std::string_view text, std::size_t& at) {
  const char next = at + 1 < text.size() ? text[at + 1] : '\0';
  if (next == 'x' && at + 3 < text.size()) {
    unsigned code = 0;
    const char* const end = text.data() + at + 4;
    const auto result = std::from_chars(text.data() + at + 2, end, code, 16);
    at += 4;
    if (result.ec == std::errc() && result.ptr == end) return static_cast<char>(code);
    return std::nullopt;
  }
  at += 2;
  switch (next) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case '"':
    case '\\':
      return next;
    default:
      return std::nullopt;
  }
}

/// A command that is one quoted text and is followed by , or ). Nothing if it is not so.
std::optional<CommandText> whole_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  CommandText result;
  std::size_t i = at + 1;
  while (i < text.size() && text[i] != quote) {
    if (quote == '"' && text[i] == '\\') {
      const std::size_t place = i;
      const std::optional<char> c = escape(text, i);
      if (!c && result.error.empty())
        result = trouble(place, "\\ stands before \\, \", n, t or xHH inside quotes");
      result.command += c.value_or(' ');
    } else {
      result.command += text[i++];
    }
  }
  if (i >= text.size()) return std::nullopt;
  const std::size_t end = after_space(text, i + 1);
  if (end >= text.size() || (text[end] != ',' && text[end] != ')')) return std::nullopt;
  if (result.error.empty()) result.end = end;
  return result;
}

/// Whether " name=" follows the comma at `at`.
struct AfterComma {
  bool spaced = false;
  std::string_view name;  // "" if there is none
};
AfterComma after_comma(std::string_view text, std::size_t at) {
  const std::size_t begin = after_space(text, at + 1);
  std::size_t end = begin;
  while (end < text.size() && is_name_part(text[end])) ++end;
  const std::size_t equals = after_space(text, end);
  if (end == begin || equals >= text.size() || text[equals] != '=') return {};
  return {begin > at + 1, text.substr(begin, end - begin)};
}

bool is_parameter(std::string_view name) {
  const auto& rows = ExternalParams::schema().params();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const ParamInfo& row) { return row.name == name; });
}

CommandText words(std::string_view text, std::size_t begin) {
  int depth = 0;
  char quote = 0;
  std::size_t quote_at = begin;
  std::size_t i = begin;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'') {
      ++i;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
      quote_at = i;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && depth-- == 0) {
      break;
    } else if (c == ',' && depth == 0) {
      const AfterComma after = after_comma(text, i);
      if (after.spaced) break;
      if (is_parameter(after.name))
        return trouble(i, concat("',", after.name, "=' may belong to the command or to external"));
    }
  }
  if (quote != 0) return trouble(quote_at, concat("the quote ", quote, " is not closed"));
  if (i >= text.size()) return trouble(text.size(), "a parenthesis is not closed");
  std::size_t last = i;
  while (last > begin && is_space(text[last - 1])) --last;
  return {.command = std::string(text.substr(begin, last - begin)), .end = i};
}

}  // namespace

CommandText read_command(std::string_view text, std::size_t at) {
  at = after_space(text, at);
  std::optional<CommandText> quoted;
  if (at < text.size() && (text[at] == '"' || text[at] == '\'')) quoted = whole_quoted(text, at);
  CommandText result = quoted ? *quoted : words(text, at);
  if (result.error.empty() && result.command.empty()) return trouble(at, "expected a command");
  return result;
}

std::string command_text(const std::string& command) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::none_of(command.begin(), command.end(), is_control)) {
    const CommandText read = read_command(command + ")", 0);
    if (read.error.empty() && read.command == command && read.end == command.size()) return command;
  }
  std::string text = "\"";
  for (const char c : command) {
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else if (is_control(c)) {
      text += printable(std::string_view(&c, 1));
    } else {
      text += c;
    }
  }
  return text + "\"";
}

}  // namespace grove
