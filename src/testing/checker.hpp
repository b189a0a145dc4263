#pragma once

#include <string>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/testing/check_estimator.hpp"

namespace grove::detail {

/// Collects violations; an exception inside a check is one.
class Checker {
 public:
  Checker(const Estimator& estimator, const CheckOptions& check_options)
      : prototype(estimator.unfitted()), options(check_options), kind(estimator.kind()) {}

  Estimator prototype;
  const CheckOptions& options;
  EstimatorKind kind;
  std::vector<Violation> found;

  template <class Body>
  void run(const std::string& check, Body&& body) {
    current_ = check;
    try {
      body();
    } catch (const std::exception& error) {
      fail(concat("threw: ", error.what()));
    }
  }
  void fail(const std::string& message) { found.push_back({current_, message}); }
  void expect(bool holds, const std::string& message) {
    if (!holds) fail(message);
  }
  /// The body must throw E with a message that holds all `words`.
  template <class E, class Body>
  void expect_throw(const std::string& what, const std::vector<std::string>& words, Body&& body) {
    try {
      body();
    } catch (const E& error) {
      for (const std::string& word : words)
        expect(std::string(error.what()).find(word) != std::string::npos,
               concat(what, ": the message does not say '", word, "': ", error.what()));
      return;
    } catch (const std::exception& error) {
      fail(concat(what, ": threw another type: ", error.what()));
      return;
    }
    fail(concat(what, ": nothing was thrown"));
  }
  /// The body must end normally or throw one of grove's errors with a message.
  template <class Body>
  bool finishes_or_refuses(const std::string& what, Body&& body) {
    try {
      body();
      return true;
    } catch (const Error& error) {
      expect(std::string(error.what()).size() > 10, concat(what, ": refused without a reason"));
    } catch (const std::exception& error) {
      fail(concat(what, ": threw something that is not a grove::Error: ", error.what()));
    }
    return false;
  }

  Estimator fresh() const { return prototype.unfitted(); }
  Estimator fitted_on(const Dataset& data, const Context& context = {}) const {
    Estimator estimator = fresh();
    estimator.fit(data, context);
    return estimator;
  }
  bool predicts(const Estimator& fitted, const Dataset& data) const;

 private:
  std::string current_;
};

/// All that a fitted estimator answers about x, as one matrix: values, labels, probabilities.
Matrix outputs(const Estimator& fitted, const MatrixView& x);
/// The fitted state as text, exact to the bit; "" for types that cannot be saved.
std::string state_text(const Estimator& fitted);
/// What a weight belongs to: the row, or the group of a ranking.
int unit_of(const Dataset& data, Index row);
/// Every row so many times; the copies of a group are groups of their own.
Dataset repeated(const Dataset& data, const Vector& times);

void check_parameters(Checker& checker);
void check_fitting(Checker& checker);
void check_refusals(Checker& checker);
void check_small_data(Checker& checker);
void check_predictions(Checker& checker);
void check_weights(Checker& checker);
void check_threads(Checker& checker);
void check_safety(Checker& checker);

}  // namespace grove::detail
