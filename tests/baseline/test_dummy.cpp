#include <cmath>

#include "grove/baseline/dummy.hpp"
#include "grove/core/error.hpp"
#include "support/contract.hpp"

using namespace grove;
using namespace grove::testing;

TEST_CASE("dummies keep the contract") {
  using enum DummyStrategy;
  for (const DummyStrategy strategy : {prior, most_frequent, stratified, uniform})
    CHECK(contract_of(DummyClassifier({.strategy = strategy, .seed = 4})) == "");
  CHECK(contract_of(DummyRegressor()) == "");
  CHECK(contract_of(DummyRegressor({.strategy = DummyStatistic::median})) == "");
  CHECK(contract_of(DummyRegressor({.strategy = DummyStatistic::quantile, .quantile = 0.2})) == "");
  CHECK(contract_of(DummyRegressor({.strategy = DummyStatistic::constant, .constant = -2})) == "");
}

namespace {

Dataset five() {
  Matrix x(5, 2);
  x << 1, 2, 3, 4, 5, 6, NAN, 8, 9, 10;
  Labels y(5);
  y << 2, 0, 2, 0, 2;
  return Dataset(x).with_labels(y, {"a", "b", "c", "d"});
}

}  // namespace

TEST_CASE("DummyClassifier predicts the class frequencies") {
  DummyClassifier model;
  model.fit(five());
  const Matrix proba = model.predict_proba(five().x());
  CHECK(proba.row(3) == Eigen::RowVector4d(0.4, 0, 0.6, 0));
  CHECK(model.predict(five().x()) == Labels::Constant(5, 2));
  model.fit(five().with_weights(Vector::Map(std::vector<double>{1, 5, 0, 1, 1}.data(), 5)));
  CHECK(model.class_prior() == Eigen::Vector4d(0.75, 0, 0.25, 0));
  CHECK(model.predict(five().x()) == Labels::Constant(5, 0));
}

TEST_CASE("DummyClassifier draws from the right distribution") {
  Matrix x(20000, 1);
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) = static_cast<double>(i);
  for (const DummyStrategy strategy : {DummyStrategy::stratified, DummyStrategy::uniform}) {
    Dataset data = five();
    DummyClassifier model({.strategy = strategy, .seed = 3});
    model.fit(data.with_x(data.x().leftCols(1), {{.name = "only"}}));
    const Labels drawn = model.predict(x);
    const double share = static_cast<double>((drawn.array() == 2).count()) / 20000;
    CHECK(share == Approx(strategy == DummyStrategy::uniform ? 0.5 : 0.6).margin(0.015));
    CHECK((drawn.array() == 1).count() == 0);
    DummyClassifier other({.strategy = strategy, .seed = 5});
    other.fit(data.with_x(data.x().leftCols(1), {{.name = "only"}}));
    CHECK(other.predict(x) != drawn);
  }
}

TEST_CASE("DummyClassifier takes a class by name") {
  DummyClassifier model({.strategy = DummyStrategy::constant, .constant = "c"});
  CHECK(model.fit(five()).predict(five().x()) == Labels::Constant(5, 2));
  DummyClassifier wrong({.strategy = DummyStrategy::constant, .constant = "e"});
  CHECK(message_of([&] { wrong.fit(five()); }) ==
        "DummyClassifier: parameter 'constant' must be the name of a class, got 'e'");
}

TEST_CASE("DummyRegressor predicts a statistic of the target") {
  Matrix x = Matrix::Zero(4, 1);
  const Dataset data(x, Vector(Eigen::Vector4d(4, 1, 2, 10)));
  const auto answer = [&](DummyRegressorParams params, const Dataset& on) {
    return DummyRegressor(params).fit(on).constant();
  };
  CHECK(answer({}, data) == 4.25);
  CHECK(answer({.strategy = DummyStatistic::median}, data) == 3);
  CHECK(answer({.strategy = DummyStatistic::quantile, .quantile = 0.9}, data) == Approx(8.2));
  CHECK(answer({.strategy = DummyStatistic::quantile, .quantile = 1}, data) == 10);
  CHECK(answer({.strategy = DummyStatistic::constant, .constant = 7}, data) == 7);
  const Dataset weighted = data.with_weights(Eigen::Vector4d(0.5, 0.5, 0.25, 0));
  CHECK(answer({.strategy = DummyStatistic::median}, weighted) == 2);
  const Dataset huge = data.with_target(Vector::Constant(4, 1.5e308));
  CHECK(answer({}, huge) == Approx(1.5e308));
  CHECK(answer({.strategy = DummyStatistic::median}, huge) == 1.5e308);
}
