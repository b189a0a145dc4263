#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "grove/core/error.hpp"
#include "grove/testing/check_estimator.hpp"

namespace grove::testing {

/// One line per violation, so that a failing contract test shows them all.
inline std::string listing(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations)
    text += violation.check + ": " + violation.message + "\n";
  return text;
}

/// The message of the error that `body` throws, or "nothing thrown".
template <class Body>
std::string message_of(const Body& body) {
  try {
    body();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing thrown";
}

/// The message and the hint, as in "no such column\nhint: the file has a and b".
template <class Body>
std::string message_and_hint_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    const std::string message = error.what();
    return error.hint().empty() ? message : message + "\nhint: " + error.hint();
  }
  return "nothing thrown";
}

}  // namespace grove::testing
