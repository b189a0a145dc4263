#include "baseline/cases.hpp"
#include "grove/baseline/quadratic_discriminant_analysis.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/check.hpp"

using namespace grove;
using namespace grove::testing;

TEST_CASE("QuadraticDiscriminantAnalysis keeps the contract") {
  CHECK(contract_of(QuadraticDiscriminantAnalysis()) == "");
  CHECK(contract_of(QuadraticDiscriminantAnalysis({.reg_param = 0.01})) == "");
}

TEST_CASE("QuadraticDiscriminantAnalysis equals scikit-learn") {
  int n_fits = 0;
  for_each_fit(
      "classification", "QuadraticDiscriminantAnalysis", [&](const Dataset& data, const auto& fit) {
        ++n_fits;
        INFO(fit["params"].dump());
        QuadraticDiscriminantAnalysis model({.reg_param = fit["params"]["reg_param"]});
        model.fit(data);
        CHECK(close(model.means(), to_matrix(fit["means"]), 1e-12));
        CHECK(close(model.priors().transpose(), to_matrix(fit["priors"]), 1e-12));
        REQUIRE(fit["covariance"].size() == static_cast<std::size_t>(model.classes().size()));
        for (Index k = 0; k < model.classes().size(); ++k)
          CHECK(close(model.covariance(k),
                      to_matrix(fit["covariance"][static_cast<std::size_t>(k)]), 1e-10));
        CHECK(close(model.predict_proba(every_fifth(data)), to_matrix(fit["proba"]), 1e-8));
      });
  CHECK(n_fits == 6);
}

namespace {

Dataset normal_classes(Index n, Index d) {
  Rng rng(8);
  Matrix x(n, d);
  Labels y(n);
  for (Index i = 0; i < n; ++i) {
    y(i) = static_cast<int>(i % 3);
    for (Index j = 0; j < d; ++j)
      x(i, j) = rng.normal() * (1 + y(i)) + (j > 0 ? 0.4 * x(i, j - 1) : 0.0);
  }
  return Dataset(x).with_labels(y, {"a", "b", "c"});
}

}  // namespace

TEST_CASE("A weight of 2 is a row twice, a weight of 0 no row") {
  const Dataset data = normal_classes(90, 4);
  Vector weights = Vector::Ones(90);
  std::vector<Index> rows;
  for (Index i = 0; i < 90; ++i) {
    weights(i) = static_cast<double>(i % 4);
    for (Index r = 0; r < i % 4; ++r) rows.push_back(i);
  }
  QuadraticDiscriminantAnalysis weighted, repeated;
  weighted.fit(data.with_weights(weights));
  repeated.fit(data.take(rows));
  for (Index k = 0; k < 3; ++k) CHECK(close(weighted.covariance(k), repeated.covariance(k), 1e-12));
  CHECK(close(weighted.predict_proba(data.x()), repeated.predict_proba(data.x()), 1e-11));
}

TEST_CASE("QuadraticDiscriminantAnalysis does not depend on threads, and finds Bayes' rule") {
  const Dataset train = normal_classes(6000, 5);
  QuadraticDiscriminantAnalysis one, two;
  one.fit(train, {.threads = 1});
  two.fit(train, {.threads = 2});
  CHECK(one.predict_proba(train.x(), {.threads = 1}) ==
        two.predict_proba(train.x(), {.threads = 2}));
  for (Index k = 0; k < 3; ++k)
    CHECK(one.covariance(k)(0, 0) == Approx((k + 1) * (k + 1)).epsilon(0.1));
}

TEST_CASE("A class without rows has probability 0, a class with one row is refused") {
  const Dataset data = normal_classes(90, 3);
  std::vector<Index> rows;
  for (Index i = 0; i < 90; ++i)
    if (i % 3 != 1) rows.push_back(i);
  QuadraticDiscriminantAnalysis model;
  const Matrix proba = model.fit(data.take(rows)).predict_proba(data.x());
  CHECK(proba.cols() == 3);
  CHECK(proba.col(1).isZero());
  CHECK(model.classes() == Labels{{0, 2}});
  rows.push_back(1);
  CHECK(message_of([&] { model.fit(data.take(rows)); }) ==
        "QuadraticDiscriminantAnalysis: class 'b' has 1 rows (sum of weights), and a covariance "
        "needs more than 1");
  CHECK(model.predict_proba(data.x()) == proba);
}

TEST_CASE("A column that adds nothing is named, and reg_param takes it") {
  const Dataset data = normal_classes(90, 2);
  for (const bool constant : {false, true}) {
    Matrix x(90, 3);
    x.leftCols(2) = data.x();
    for (Index i = 0; i < 90; ++i)
      x(i, 2) = !constant ? x(i, 0) + 2 * x(i, 1) : data.labels()(i) == 0 ? 7 : x(i, 0) * x(i, 1);
    const Dataset more = Dataset(x).with_labels(data.labels(), {"a", "b", "c"});
    QuadraticDiscriminantAnalysis model;
    const std::string message = message_of([&] { model.fit(more); });
    CHECK_THAT(message, Catch::Contains("in class 'a' column '"));
    CHECK_THAT(message, Catch::Contains("is constant, or a combination of the columns before it"));
    QuadraticDiscriminantAnalysis regular({.reg_param = 0.1});
    CHECK(regular.fit(more).predict_proba(x).allFinite());
  }
  Matrix wide(90, 4);  // a column that is 0.1 in all rows, in the middle
  wide << data.x().col(0), Vector::Constant(90, 0.1), data.x().col(1), Vector::Constant(90, 0.3);
  QuadraticDiscriminantAnalysis narrow_model, wide_model;
  narrow_model.fit(data);
  wide_model.fit(wide, data.labels());
  CHECK(close(wide_model.predict_proba(wide), narrow_model.predict_proba(data.x()), 1e-12));
  CHECK_THAT(message_of([&] {
               QuadraticDiscriminantAnalysis few;
               few.fit(normal_classes(9, 5));
             }),
             Catch::Contains("in class 'a' column 'c2' is constant, or a combination"));
  CHECK_THAT(message_of([&] {
               QuadraticDiscriminantAnalysis wrong({.reg_param = 1.5});
               wrong.fit(data);
             }),
             Catch::Contains("'reg_param'"));
  QuadraticDiscriminantAnalysis fitted;
  fitted.fit(data);
  CHECK(message_of([&] { (void)fitted.covariance(3); }) ==
        "QuadraticDiscriminantAnalysis::covariance: class must be in 0..2, got 3");
}
