#include <clocale>
#include <cmath>
#include <limits>
#include <thread>

#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"
#include "testing/checker.hpp"

// Checks of weights, threads, failures, extremes, and save and load.

namespace grove::detail {

namespace {

double largest_difference(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return std::numeric_limits<double>::infinity();
  if (a.size() == 0) return 0;
  return ((a - b).array().abs() / b.array().abs().max(1.0)).maxCoeff();
}

void compare_weighted(Checker& checker, const Dataset& weighted, const Dataset& plain,
                      const std::string& what) {
  const Estimator a = checker.fitted_on(weighted);
  const Estimator b = checker.fitted_on(plain);
  if (!checker.predicts(a, plain)) return;
  const double difference = largest_difference(outputs(a, plain.x()), outputs(b, plain.x()));
  checker.expect(difference <= checker.options.weight_tolerance,
                 concat(what, ": predictions differ by ", difference));
}

}  // namespace

void check_weights(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 45, 9);
  if (!checker.prototype.capabilities().sample_weights) {
    checker.run("weights_refused", [&] {
      checker.expect_throw<Unsupported>("weights", {"weights"}, [&] {
        (void)checker.fitted_on(data.with_weights(Vector::Ones(data.n_rows())));
      });
    });
    return;
  }
  checker.run("unit_weights", [&] {
    compare_weighted(checker, data.with_weights(Vector::Ones(data.n_rows())), data, "weights of 1");
  });
  const auto weighted_by = [&](const auto& weight_of_unit) {
    Vector weights(data.n_rows());
    for (Index i = 0; i < data.n_rows(); ++i) weights(i) = weight_of_unit(unit_of(data, i));
    return weights;
  };
  checker.run("zero_weight_removes", [&] {
    const Vector weights = weighted_by([](int unit) { return unit % 5 == 2 ? 0 : 1; });
    compare_weighted(checker, data.with_weights(weights), repeated(data, weights), "weights of 0");
  });
  checker.run("integer_weights_repeat", [&] {
    const Vector weights = weighted_by([](int unit) { return 1 + unit % 3; });
    compare_weighted(checker, data.with_weights(weights), repeated(data, weights), "weights 1..3");
  });
}

void check_threads(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 400, 10);
  const auto fit_with = [&](int threads) { return checker.fitted_on(data, {.threads = threads}); };
  checker.run("same_model_for_any_threads", [&] {
    const Estimator one = fit_with(1);
    for (int threads = 2; threads <= 4; ++threads) {
      const Estimator many = fit_with(threads);
      checker.expect(state_text(one) == state_text(many),
                     concat(threads, " threads gave another model"));
      if (checker.predicts(one, data))
        checker.expect(same_bits(outputs(one, data.x()), outputs(many, data.x())),
                       concat(threads, " threads gave other predictions"));
    }
  });
  checker.run("same_model_inside_a_parallel_region", [&] {
    const std::string expected = state_text(fit_with(1));
    std::vector<std::string> inside(4);
    parallel_for({.threads = 4}, 4, 1, [&](Index begin, Index) {
      inside[static_cast<std::size_t>(begin)] = state_text(fit_with(2));
    });
    for (const std::string& text : inside)
      checker.expect(text == expected, "a fit inside a parallel region gave another model");
  });
  checker.run("concurrent_predict", [&] {
    const Estimator fitted = fit_with(1);
    if (!checker.predicts(fitted, data)) return;
    const Matrix expected = outputs(fitted, data.x());
    std::vector<char> same(8, 0);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < same.size(); ++i)
      threads.emplace_back(
          [&, i] { same[i] = same_bits(outputs(fitted, data.x()), expected) ? 1 : 0; });
    for (std::thread& thread : threads) thread.join();
    for (const char equal : same)
      checker.expect(equal != 0, "8 threads at once: a prediction differs");
  });
}

namespace {

/// Fails each allocation of a fit in turn (then in growing steps) and looks at the old model.
void check_allocation_failures(Checker& checker, const Dataset& data, const Dataset& other) {
  Estimator model = checker.fitted_on(data);
  const std::string before = state_text(model);
  for (std::int64_t n = 0; n < 200000; n += 1 + n / 8) {
    bool failed = false;
    checker.options.fail_allocation(n);
    try {
      model.fit(other, {.threads = 1});
    } catch (const std::bad_alloc&) {
      failed = true;
    } catch (...) {
      checker.options.fail_allocation(-1);
      throw;
    }
    checker.options.fail_allocation(-1);
    if (!failed) return;
    if (state_text(model) != before) {
      checker.fail(concat("allocation ", n, " failed and the old model changed"));
      return;
    }
  }
}

void check_extremes(Checker& checker, double value, const char* what) {
  const Dataset data = contract_data(checker.prototype, 30, 12);
  Matrix x = data.x();
  for (Index i = 0; i < x.rows(); ++i) x(i, 1) = (i % 2 == 0 ? value : -value);
  checker.finishes_or_refuses(what, [&] {
    const Estimator fitted = checker.fitted_on(data.with_x(x, data.columns()));
    if (checker.predicts(fitted, data))
      checker.expect(outputs(fitted, x).allFinite(), concat(what, ": predictions are not finite"));
  });
  const Estimator usual = checker.fitted_on(data);
  if (!checker.predicts(usual, data)) return;
  checker.finishes_or_refuses(what, [&] {
    checker.expect(outputs(usual, x).allFinite(), concat(what, " in predict: not finite"));
  });
}

void check_save_and_load(Checker& checker, const Dataset& data) {
  const Estimator fitted = checker.fitted_on(data);
  const Estimator loaded = checker.options.reload(fitted);
  checker.expect(state_text(loaded) == state_text(fitted),
                 "saving a loaded model gives other bytes");
  checker.expect(loaded.param_values() == fitted.param_values(), "a parameter was lost");
  if (checker.predicts(fitted, data))
    checker.expect(same_bits(outputs(loaded, data.x()), outputs(fitted, data.x())),
                   "a loaded model predicts otherwise");
  const std::string old = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", ""}) {
    if (std::setlocale(LC_ALL, name) == nullptr) continue;
    const Estimator again = checker.options.reload(fitted);
    checker.expect(state_text(again) == state_text(fitted),
                   concat("locale '", name, "' changed the model"));
  }
  std::setlocale(LC_ALL, old.c_str());
}

}  // namespace

void check_safety(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 40, 11);
  checker.run("failed_fit_keeps_model", [&] {
    Estimator model = checker.fitted_on(data);
    const std::string before = state_text(model);
    checker.expect_throw<Error>("fit on zero rows", {}, [&] { model.fit(data.take({})); });
    checker.expect(state_text(model) == before, "a fit that threw changed the model");
    std::stop_source source;
    source.request_stop();
    try {
      model.fit(contract_data(checker.prototype, 50, 13), {.stop = source.get_token()});
    } catch (const Cancelled&) {
      checker.expect(state_text(model) == before, "a cancelled fit changed the model");
    }
  });
  if (checker.options.fail_allocation)
    checker.run("failed_allocation_keeps_model", [&] {
      check_allocation_failures(checker, data, contract_data(checker.prototype, 35, 14));
    });
  checker.run("huge_values", [&] { check_extremes(checker, 1e308, "values of 1e308"); });
  checker.run("denormal_values", [&] { check_extremes(checker, 5e-324, "denormal values"); });
  if (checker.options.reload)
    checker.run("save_and_load", [&] { check_save_and_load(checker, data); });
}

}  // namespace grove::detail
