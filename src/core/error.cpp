#include "grove/core/error.hpp"

#include "core/not_fitted.hpp"
#include "core/text.hpp"

namespace grove {

namespace {

std::string with_place(const std::string& file, std::int64_t line, std::int64_t column,
                       const std::string& message) {
  std::string text = file;
  if (line > 0) text += concat(":", line);
  if (line > 0 && column > 0) text += concat(":", column);
  return concat(text, ": ", message);
}

}  // namespace

ParseError::ParseError(std::string file, std::int64_t line, std::int64_t column,
                       const std::string& message, std::string hint)
    : Error(with_place(file, line, column, message), std::move(hint)),
      file_(std::move(file)),
      line_(line),
      column_(column) {}

void throw_not_fitted(std::string_view who) {
  throw NotFitted(concat(who, " is not fitted"), "call fit first, or load a fitted model");
}

}  // namespace grove
