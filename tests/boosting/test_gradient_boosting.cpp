#include <cmath>
#include <limits>

#include "grove/boosting/gradient_boosting.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::listing;
using grove::testing::message_of;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

Dataset noisy_step(Index n, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, 3);
  Vector y(n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < 3; ++j) x(i, j) = rng.normal();
    y(i) = (x(i, 1) > 0.3 ? 5.0 : -2.0) + x(i, 0) + 0.1 * rng.normal();
  }
  return Dataset(x, y);
}

}  // namespace

TEST_CASE("The boosting estimators keep the contract") {
  CHECK(listing(check_estimator(
            GradientBoostingClassifier({.n_estimators = 8, .min_samples_leaf = 2}))) == "");
  CHECK(listing(check_estimator(
            GradientBoostingRegressor({.n_estimators = 8, .min_samples_leaf = 2}))) == "");
  CHECK(listing(check_estimator(GradientBoostingRegressor(
            {.n_estimators = 5, .max_depth = 3, .min_samples_leaf = 1, .max_bins = 8}))) == "");
}

TEST_CASE("The model is the same for any number of threads") {
  const Dataset adult = datasets::load_adult();
  std::vector<Index> some;
  for (Index i = 0; i < 9000; ++i) some.push_back(i);
  const Dataset data = adult.take(some);
  GradientBoostingClassifier model({.n_estimators = 10, .subsample = 0.8, .early_stopping = true});
  const Value one = model.fit(data, {.threads = 1}).save_state();
  for (const int threads : {2, 3, 7})
    CHECK(model.fit(data, {.threads = threads}).save_state() == one);
  GradientBoostingClassifier multi({.n_estimators = 3});
  const Dataset letters = datasets::load("vehicle");
  CHECK(multi.fit(letters, {.threads = 1}).save_state() ==
        multi.fit(letters, {.threads = 3}).save_state());
}

TEST_CASE("The first split is the best of all splits of the bins") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Dataset data = noisy_step(60, seed);
    const double mean = data.target().mean();
    double best = 0;
    for (Index j = 0; j < 3; ++j)
      for (Index cut = 0; cut < 60; ++cut) {
        double left = 0, right = 0, n_left = 0, n_right = 0;
        for (Index i = 0; i < 60; ++i) {
          const bool goes_left = data.x()(i, j) <= data.x()(cut, j);
          (goes_left ? left : right) += mean - data.target()(i);
          (goes_left ? n_left : n_right) += 1;
        }
        if (n_left < 5 || n_right < 5) continue;
        best = std::max(best, left * left / n_left + right * right / n_right);
      }
    GradientBoostingRegressor model(
        {.n_estimators = 1, .learning_rate = 1, .max_leaf_nodes = 2, .min_samples_leaf = 5});
    model.fit(data);
    const Value state = model.save_state();
    const StateReader tree = StateReader(state).list("trees")[0];
    CHECK(tree.reals("gain")[0] == Approx(best).epsilon(1e-9));
    // The residuals of the fitted leaves are those of the split's means.
    const Vector predicted = model.predict(data.x());
    const double reduction =
        (data.target().array() - mean).square().sum() - (data.target() - predicted).squaredNorm();
    CHECK(reduction == Approx(best).epsilon(1e-9));
  }
}

TEST_CASE("The direction of missing values is learnt") {
  Matrix x(200, 1);
  Vector y(200);
  for (Index i = 0; i < 200; ++i) {
    x(i, 0) = i % 4 == 0 ? nan_value : static_cast<double>(i % 50);
    y(i) = std::isnan(x(i, 0)) || x(i, 0) > 30 ? 1.0 : 0.0;
  }
  GradientBoostingRegressor model({.n_estimators = 50, .learning_rate = 0.5});
  model.fit(Dataset(x, y));
  CHECK((model.predict(x) - y).cwiseAbs().maxCoeff() < 1e-6);
  const Vector at = model.predict((Matrix(3, 1) << nan_value, 5, 40).finished());
  CHECK(at(0) == Approx(1).margin(1e-6));
  CHECK(at(1) == Approx(0).margin(1e-6));
}

TEST_CASE("Categories are split into sets") {
  // The target alternates with the code, which no single threshold can follow.
  Matrix x(400, 1);
  Vector y(400);
  for (Index i = 0; i < 400; ++i) {
    x(i, 0) = static_cast<double>(i % 8);
    y(i) = i % 2 == 0 ? 3 : -1;
  }
  const Column column{.name = "c",
                      .kind = ColumnKind::categorical,
                      .categories = {"a", "b", "c", "d", "e", "f", "g", "h", "never"}};
  GradientBoostingRegressor model({.n_estimators = 1, .learning_rate = 1, .max_leaf_nodes = 2});
  model.fit(Dataset(x, {column}).with_target(y));
  CHECK((model.predict(x) - y).cwiseAbs().maxCoeff() < 1e-9);
  // A category without rows is like a missing value.
  const Vector unseen = model.predict((Matrix(2, 1) << 8, nan_value).finished());
  CHECK(unseen(0) == unseen(1));
}

TEST_CASE("Early stopping cuts the model back and is off by default") {
  const Dataset data = datasets::load_diabetes();
  GradientBoostingRegressor patient({.n_estimators = 300});
  CHECK(patient.fit(data).n_iter() == 300);
  GradientBoostingRegressor stopping({.n_estimators = 300, .early_stopping = true});
  CHECK(stopping.fit(data).n_iter() < 200);
  CHECK(stopping.report().loss_curve.size() > static_cast<std::size_t>(stopping.n_iter()));
  CHECK(patient.report().loss_curve.back() < patient.report().loss_curve.front());
}

TEST_CASE("Importances point to the columns that matter") {
  GradientBoostingRegressor model;
  const Vector importances = model.fit(noisy_step(500, 3)).feature_importances();
  CHECK(importances.sum() == Approx(1));
  CHECK(importances(1) > 0.7);
  CHECK(importances(2) < 0.02);
}

TEST_CASE("Real data with missing values and categories") {
  const auto accuracy = [](const char* name) {
    return cross_validate(GradientBoostingClassifier(), datasets::load(name),
                          {.metrics = {"accuracy"}})
        .mean("accuracy");
  };
  CHECK(accuracy("breast_cancer") > 0.95);
  CHECK(accuracy("vehicle") > 0.72);
  CHECK(accuracy("credit_data") > 0.77);
  CHECK(accuracy("house_votes84") > 0.93);
}

TEST_CASE("Rows of weight 0 have no say in the bins") {
  const Vector y = (Vector(3) << 0, 1, 1).finished();
  const Dataset three((Matrix(3, 1) << 0, 10, 9).finished(), y);
  GradientBoostingRegressor model({.n_estimators = 1, .learning_rate = 1, .min_samples_leaf = 1});
  const Matrix at = Matrix::Constant(1, 1, 4.7);
  const double expected = model.fit(three.take({0, 1})).predict(at)(0);
  CHECK(model.fit(three.with_weights((Vector(3) << 1, 1, 0).finished())).predict(at)(0) ==
        expected);
}

TEST_CASE("The scale of the weights changes nothing but what counts them") {
  const Dataset data = noisy_step(200, 5);
  GradientBoostingRegressor model({.n_estimators = 10, .min_samples_leaf = 1});
  const Vector expected = model.fit(data).predict(data.x());
  for (const double weight : {1e3, 1e18, 1e60}) {
    const Vector got =
        model.fit(data.with_weights(Vector::Constant(200, weight))).predict(data.x());
    CHECK((got - expected).cwiseAbs().maxCoeff() < 1e-6);
  }
  // Weights that sum to less than a leaf needs leave no split: the mean.
  const Vector tiny = model.fit(data.with_weights(Vector::Constant(200, 1e-12))).predict(data.x());
  CHECK((tiny.array() - data.target().mean()).abs().maxCoeff() < 1e-9);
}

TEST_CASE("Extreme targets and stops are refused or obeyed") {
  const Dataset data = noisy_step(50, 1);
  CHECK(message_of([&] {
          GradientBoostingRegressor().fit(data.with_target(Vector::Constant(50, 1e300)));
        }) == "GradientBoostingRegressor: the target is 1e+300 at row 0, beyond 1e+100");
  std::stop_source source;
  source.request_stop();
  CHECK(message_of([&] { GradientBoostingRegressor().fit(data, {.stop = source.get_token()}); }) ==
        "GradientBoostingRegressor was cancelled");
  CHECK(message_of([&] { GradientBoostingRegressor({.max_bins = 70000}).fit(data); }) ==
        "GradientBoostingRegressor: parameter 'max_bins' must be an integer in [2, 65535], got "
        "70000");
}
