#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace grove {

/// Base of everything grove throws. `what()` is one line: who, what was expected, what was got.
/// `hint()` says what to do about it; it may be empty.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = {})
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string hint_;
};

/// A hyper-parameter or an option is unknown, of the wrong type or out of range.
class InvalidParameter : public Error {
 public:
  using Error::Error;
};

/// The data cannot be used as asked: wrong shape, NaN, inf, wrong kind of target, missing column.
class InvalidData : public Error {
 public:
  using Error::Error;
};

/// A model was asked for something that only a fitted one can answer.
class NotFitted : public Error {
 public:
  using Error::Error;
};

/// The request is understood and the object cannot do it (probabilities from a regressor, ...).
class Unsupported : public Error {
 public:
  using Error::Error;
};

/// The caller's stop token asked a fit or predict to end early. The old model is kept.
class Cancelled : public Error {
 public:
  using Error::Error;
};

/// A data file could not be read. `line()` and `column()` count from 1; 0 when they do not apply.
class ParseError : public Error {
 public:
  ParseError(std::string file, std::int64_t line, std::int64_t column, const std::string& message,
             std::string hint = {});
  const std::string& file() const noexcept { return file_; }
  std::int64_t line() const noexcept { return line_; }
  std::int64_t column() const noexcept { return column_; }

 private:
  std::string file_;
  std::int64_t line_;
  std::int64_t column_;
};

/// A model file is damaged, of a later version, or not a model file.
class ModelFormatError : public Error {
 public:
  using Error::Error;
};

}  // namespace grove
