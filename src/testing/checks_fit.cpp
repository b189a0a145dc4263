#include <cmath>
#include <limits>

#include "testing/checker.hpp"

// Checks of parameters, of what fit does and of what it refuses.

namespace grove::detail {

namespace {

void check_bad_value(Checker& checker, const std::string& name, const Value& bad,
                     const Dataset& data) {
  Estimator estimator = checker.fresh();
  try {
    estimator.set_param(name, bad);
    estimator.fit(data);
  } catch (const Error& error) {
    const std::size_t cut = name.rfind("__");
    const std::string own = cut == std::string::npos ? name : name.substr(cut + 2);
    checker.expect(
        std::string(error.what()).find(own) != std::string::npos,
        concat("the refusal of ", name, "=", to_text(bad), " does not name it: ", error.what()));
    return;
  }
  if (bad.get_if<double>() != nullptr)
    checker.fail(concat(name, "=", to_text(bad), " was accepted"));
}

}  // namespace

void check_parameters(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 30, 2);
  checker.run("parameters_round_trip", [&] {
    const ParamValues values = checker.prototype.param_values();
    Estimator copy = checker.fresh();
    for (const auto& [name, value] : values) copy.set_param(name, value);
    checker.expect(copy.param_values() == values,
                   "setting every parameter to its value changed one");
  });
  checker.run("unknown_parameter_refused", [&] {
    Estimator copy = checker.fresh();
    checker.expect_throw<InvalidParameter>("an unknown name", {"no_such_parameter"},
                                           [&] { copy.set_param("no_such_parameter", 1); });
    checker.expect(copy.param_values() == checker.prototype.param_values(),
                   "a failed set changed something");
  });
  checker.run("bad_parameter_refused", [&] {
    for (const auto& [name, value] : checker.prototype.param_values()) {
      if (value.get_if<double>() != nullptr)
        check_bad_value(checker, name, std::numeric_limits<double>::quiet_NaN(), data);
      if (value.get_if<std::int64_t>() != nullptr) check_bad_value(checker, name, -1000003, data);
      if (value.get_if<std::string>() != nullptr)
        check_bad_value(checker, name, "no-such-word", data);
    }
  });
}

void check_fitting(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 60, 3);
  checker.run("fit_leaves_parameters_and_data", [&] {
    const Matrix before = data.x();
    const Estimator fitted = checker.fitted_on(data);
    checker.expect(fitted.param_values() == checker.prototype.param_values(),
                   "fit changed a parameter");
    checker.expect(same_bits(before, data.x()), "fit changed the data");
  });
  checker.run("fit_twice_equals_once", [&] {
    const Estimator once = checker.fitted_on(data);
    Estimator twice = once;
    twice.fit(data);
    checker.expect(state_text(once) == state_text(twice),
                   "a second fit on the same data gave another model");
  });
  checker.run("refit_forgets", [&] {
    const Dataset other = contract_data(checker.prototype, 45, 4);
    Estimator refitted = checker.fitted_on(data);
    refitted.fit(other);
    checker.expect(state_text(refitted) == state_text(checker.fitted_on(other)),
                   "a refit kept something of the old data");
  });
  checker.run("copies_are_independent", [&] {
    const Dataset other = contract_data(checker.prototype, 45, 5);
    const Estimator fitted = checker.fitted_on(data);
    const std::string before = state_text(fitted);
    Estimator copy = fitted;
    copy.fit(other);
    checker.expect(state_text(fitted) == before, "fitting a copy changed the original");
    const Estimator moved = std::move(copy);
    checker.expect_throw<NotFitted>("a moved-from estimator", {}, [&] { (void)copy.kind(); });
  });
  checker.run("unfitted_predict_refused", [&] {
    const Estimator unfitted = checker.fresh();
    if (checker.kind == EstimatorKind::clusterer)
      checker.expect_throw<NotFitted>("labels", {}, [&] { (void)unfitted.labels(); });
    else
      checker.expect_throw<NotFitted>("predict", {}, [&] { (void)outputs(unfitted, data.x()); });
  });
}

namespace {

void check_bad_columns(Checker& checker, const Dataset& data) {
  const Estimator fitted = checker.fitted_on(data);
  if (!checker.predicts(fitted, data)) return;
  const Matrix wide = Matrix::Zero(3, data.n_columns() + 2);
  checker.expect_throw<InvalidData>("a matrix with 2 columns too many",
                                    {std::to_string(data.n_columns()), std::to_string(wide.cols())},
                                    [&] { (void)outputs(fitted, wide); });
  Matrix infinite = data.x();
  infinite(2, 1) = std::numeric_limits<double>::infinity();
  checker.expect_throw<InvalidData>("inf in predict", {"c1"},
                                    [&] { (void)outputs(fitted, infinite); });
  Matrix missing = data.x();
  missing(2, 1) = std::numeric_limits<double>::quiet_NaN();
  if (checker.prototype.capabilities().missing_values) {
    checker.expect(outputs(fitted, missing).allFinite(),
                   "missing values gave predictions that are not finite");
  } else {
    checker.expect_throw<InvalidData>("NaN in predict", {"c1"},
                                      [&] { (void)outputs(fitted, missing); });
  }
}

}  // namespace

void check_refusals(Checker& checker) {
  const Dataset data = contract_data(checker.prototype, 30, 6);
  checker.run("empty_data_refused", [&] {
    checker.expect_throw<InvalidData>("zero rows", {"0 rows"},
                                      [&] { (void)checker.fitted_on(data.take({})); });
    const Dataset no_columns = data.with_x(Matrix(data.n_rows(), 0), {});
    checker.expect_throw<InvalidData>("zero columns", {"0 columns"},
                                      [&] { (void)checker.fitted_on(no_columns); });
  });
  checker.run("bad_columns_refused", [&] { check_bad_columns(checker, data); });
  checker.run("missing_values_refused_or_used", [&] {
    Matrix x = data.x();
    x(4, 2) = std::numeric_limits<double>::quiet_NaN();
    const Dataset holed = data.with_x(x, data.columns());
    if (checker.prototype.capabilities().missing_values) {
      (void)checker.fitted_on(holed);
    } else {
      checker.expect_throw<InvalidData>("NaN in fit", {"c2"},
                                        [&] { (void)checker.fitted_on(holed); });
    }
  });
  checker.run("wrong_target_refused", [&] {
    if (checker.kind == EstimatorKind::classifier)
      checker.expect_throw<InvalidData>("a continuous target", {}, [&] {
        (void)checker.fitted_on(data.with_target(Vector::LinSpaced(data.n_rows(), 0, 1)));
      });
    if (checker.kind == EstimatorKind::regressor)
      checker.expect_throw<InvalidData>("class labels", {}, [&] {
        (void)checker.fitted_on(data.with_labels(Labels::Zero(data.n_rows()), {"only"}));
      });
    if (needs_target(checker.kind))
      checker.expect_throw<InvalidData>("no target", {},
                                        [&] { (void)checker.fitted_on(data.without_target()); });
  });
}

}  // namespace grove::detail
