#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "grove/estimator/estimator.hpp"
#include "grove/estimator/transformer.hpp"
#include "grove/testing/violation.hpp"

// The contract that all of grove's estimators keep, as checks that run on yours too. Free of any
// test framework: they return what is wrong.
//
//     for (const Violation& v : check_estimator(MyEstimator{})) std::cerr << v.check << ": " <<
//     v.message;

namespace grove {

struct CheckOptions {
  /// Largest relative difference of predictions between weights and repeated rows.
  double weight_tolerance = 1e-6;
  /// Saves a fitted estimator and loads it again; without it save and load are not checked.
  std::function<Estimator(const Estimator&)> reload = {};
  std::function<Transformer(const Transformer&)> reload_transformer = {};
  /// Makes the n-th allocation from now on fail with bad_alloc, and none after; n < 0 switches it
  /// off. Without it allocation failures are not checked.
  std::function<void(std::int64_t n)> fail_allocation = {};
};

namespace detail {
std::vector<Violation> check_erased(const Estimator& estimator, const CheckOptions& options);
/// The data that the checks fit on: blobs for classifiers and clusterers, a noisy plane for
/// regressors, the same as relevances in groups for those that rank.
Dataset contract_data(const Estimator& estimator, Index n_rows, std::uint64_t seed);
void add_unless(std::vector<Violation>& found, bool holds, const char* check, const char* message);
bool same_bits(const Matrix& a, const Matrix& b);
/// True if `predict` throws NotFitted.
bool throws_not_fitted(const std::function<void()>& predict);
}  // namespace detail

/// Runs all checks that apply to the estimator's kind; takes a second or two. Empty = contract
/// kept. The type is also given what it must refuse, such as a wrong number of columns: where
/// assertions are on, one that does not check may end the program.
template <class E>
std::vector<Violation> check_estimator(const E& estimator, const CheckOptions& options = {}) {
  std::vector<Violation> found = detail::check_erased(Estimator(estimator), options);
  if constexpr (!detail::Dynamic<E> && detail::Predicts<E>) {
    const Dataset data = detail::contract_data(estimator, 60, 1);
    E direct = estimator;
    direct.fit(data);
    Estimator erased = estimator;
    erased.fit(data);
    const Matrix expected = direct.predict(data.x()).template cast<double>();
    Matrix got;
    if (erased.kind() == EstimatorKind::regressor) {
      got = erased.predict_values(MatrixView(data.x()));
    } else {
      got = erased.predict(MatrixView(data.x())).cast<double>();
    }
    detail::add_unless(found, detail::same_bits(expected, got), "erased_equals_direct",
                       "predictions through Estimator differ from the type's own");
    if constexpr (detail::HasSchema<E>) {
      const E moved = std::move(direct);
      detail::add_unless(found, detail::throws_not_fitted([&] { (void)direct.predict(data.x()); }),
                         "moved_from_is_unfitted", "predict after a move did not throw NotFitted");
      detail::add_unless(
          found,
          detail::same_bits(Matrix(moved.predict(data.x()).template cast<double>()), expected),
          "move_keeps_model", "a moved-to model predicts otherwise");
    }
  }
  return found;
}

/// The same for a transformer, on data with numeric, categorical and missing values as it can take.
std::vector<Violation> check_transformer(const Transformer& transformer,
                                         const CheckOptions& options = {});

}  // namespace grove
