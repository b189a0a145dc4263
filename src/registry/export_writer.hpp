#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grove/data/trained_on.hpp"
#include "grove/params/value.hpp"

// The pieces of an exported header, as C++ text.

namespace grove::exporting {

/// A C++ literal (or expression) of exactly this value.
std::string literal(double value);
/// A string literal: printable ASCII as it is, other bytes in octal.
std::string literal(std::string_view text);

/// "inline constexpr TYPE NAME[] = {A, B, ...};" in lines of at most 100 characters.
std::string array_of(std::string_view type, std::string_view name,
                     const std::vector<std::string>& elements);
std::string array_of(std::string_view name, const std::vector<double>& numbers);
std::string array_of(std::string_view name, const std::vector<std::int64_t>& numbers);

/// A saved object: what it is and what it learned.
struct Saved {
  StateReader plan;
  StateReader state;

  std::string type() const { return plan.text("type"); }
  StateReader params() const { return plan.at("params"); }
  TrainedOn trained_on() const { return TrainedOn::from_value(state.at("trained_on")); }
};

/// A written function `void NAME(const double* x, double* out)`.
struct Step {
  std::string name;
  Index n_inputs = 0;
  Index n_outputs = 0;
};

/// Writes a transformer, with its name made from `number`, which is counted up. Throws Unsupported.
Step write_step(const Saved& step, int& number, std::string& text);

/// A written estimator: `void scores(const double* x, double* out)` and, with classes,
/// `void probabilities(const double* scores, double* out)`, else `double answer(const double*
/// scores)`.
struct LastStep {
  TrainedOn trained_on;
  Index n_scores = 1;
};

/// Throws Unsupported.
LastStep write_last_step(const Saved& model, std::string& text);

/// The trees of an ensemble and `scores`, their sums from the base.
void write_trees(const StateReader& state, const Vector& base, Index n_columns, std::string& text);

[[noreturn]] void throw_not_exported(std::string_view type);

}  // namespace grove::exporting
