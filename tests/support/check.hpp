#pragma once

#include <catch2/catch.hpp>
#include <string>

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

}  // namespace grove::testing
