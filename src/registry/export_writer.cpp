#include "registry/export_writer.hpp"

#include <charconv>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::exporting {

std::string literal(double value) {
  if (std::isnan(value)) return "std::numeric_limits<double>::quiet_NaN()";
  if (std::isinf(value))
    return concat(value < 0 ? "-" : "", "std::numeric_limits<double>::infinity()");
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, std::abs(value), std::chars_format::hex);
  return concat(std::signbit(value) ? "-0x" : "0x",
                std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));
}

std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || c == '?') {
      quoted += concat('\\', c);
    } else if (byte >= 0x20 && byte < 0x7f) {
      quoted += c;
    } else {
      quoted += '\\';
      for (const int shift : {6, 3, 0}) quoted += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  quoted += '"';
  // A literal alone would end at the first zero.
  return text.find('\0') == std::string_view::npos ? quoted
                                                   : concat("{", quoted, ", ", text.size(), "}");
}

std::string array_of(std::string_view type, std::string_view name,
                     const std::vector<std::string>& elements) {
  constexpr std::size_t width = 100;
  std::string text = concat("inline constexpr ", type, " ", name, "[] = {\n");
  std::string line = "   ";
  for (const std::string& element : elements) {
    if (line.size() + element.size() + 2 > width) {
      text += line + "\n";
      line = "   ";
    }
    line += concat(" ", element, ",");
  }
  return concat(text, line, "\n};\n");
}

std::string array_of(std::string_view name, const std::vector<double>& numbers) {
  std::vector<std::string> elements;
  for (const double number : numbers) elements.push_back(literal(number));
  return array_of("double", name, elements);
}

std::string array_of(std::string_view name, const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> elements;
  for (const std::int64_t number : numbers) elements.push_back(std::to_string(number));
  return array_of("int", name, elements);
}

void throw_not_exported(std::string_view type) {
  throw Unsupported(
      concat(type, " cannot be exported as a C++ header"),
      "what can: StandardScaler, MinMaxScaler, RobustScaler, SimpleImputer, OneHotEncoder, "
      "OrdinalEncoder and ColumnTransformer; then gradient boosting, decision trees, forests, "
      "LogisticRegression, LinearRegression, Ridge, GaussianNB or a dummy that draws nothing");
}

}  // namespace grove::exporting
