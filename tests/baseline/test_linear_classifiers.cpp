#include "baseline/cases.hpp"
#include "grove/baseline/linear_discriminant_analysis.hpp"
#include "grove/baseline/logistic_regression.hpp"
#include "grove/core/random.hpp"

using namespace grove;
using namespace grove::testing;

TEST_CASE("LogisticRegression keeps the contract") {
  CHECK(contract_of(LogisticRegression({.tol = 1e-9})) == "");
  CHECK(contract_of(LogisticRegression({.class_weight = ClassWeight::balanced, .tol = 1e-9})) ==
        "");
}

TEST_CASE("LinearDiscriminantAnalysis keeps the contract") {
  CHECK(contract_of(LinearDiscriminantAnalysis()) == "");
}

TEST_CASE("LogisticRegression equals scikit-learn") {
  int n_fits = 0;
  for_each_fit("classification", "LogisticRegression", [&](const Dataset& data, const auto& fit) {
    ++n_fits;
    const auto& given = fit["params"];
    const bool penalised = given.contains("penalty");
    const bool balanced = given.contains("class_weight");
    INFO(fit["params"].dump() << fit["weighted"]);
    LogisticRegression model({.penalty = penalised ? Penalty::l2 : Penalty::none,
                              .C = given["C"],
                              .fit_intercept = given["fit_intercept"],
                              .class_weight = balanced ? ClassWeight::balanced : ClassWeight::none,
                              .tol = 1e-10});
    std::vector<Index> rows;
    for (Index i = balanced ? 7 : 0; i < data.n_rows(); ++i) rows.push_back(i);
    model.fit(data.take(rows));
    CHECK(model.report().converged);
    CHECK(model.report().iterations < 30);
    const double tolerance = 1e-5;
    CHECK(close(model.coef(), to_matrix(fit["coef"]), tolerance));
    CHECK(close(model.intercept().transpose(), to_matrix(fit["intercept"]), tolerance));
    CHECK(close(model.predict_proba(every_fifth(data)), to_matrix(fit["proba"]), tolerance));
  });
  CHECK(n_fits == 17);
}

TEST_CASE("LinearDiscriminantAnalysis equals scikit-learn") {
  int n_fits = 0;
  for_each_fit(
      "classification", "LinearDiscriminantAnalysis", [&](const Dataset& data, const auto& fit) {
        ++n_fits;
        LinearDiscriminantAnalysis model;
        model.fit(data);
        CHECK(close(model.coef(), to_matrix(fit["coef"]), 1e-9));
        CHECK(close(model.intercept().transpose(), to_matrix(fit["intercept"]), 1e-9));
        CHECK(close(model.means(), to_matrix(fit["means"]), 1e-12));
        CHECK(close(model.predict_proba(every_fifth(data)), to_matrix(fit["proba"]), 1e-9));
      });
  CHECK(n_fits == 3);
}

namespace {

Dataset blobs(Index n, Index d, int n_classes) {
  Rng rng(5);
  Matrix x(n, d);
  Labels y(n);
  for (Index i = 0; i < n; ++i) {
    y(i) = static_cast<int>(i % n_classes);
    for (Index j = 0; j < d; ++j)
      x(i, j) = rng.normal() + 0.7 * static_cast<double>((y(i) + j) % n_classes);
  }
  std::vector<std::string> names;
  for (int k = 0; k < n_classes; ++k) names.push_back("class" + std::to_string(k));
  return Dataset(x).with_labels(y, names);
}

/// Largest component of the gradient of the penalised loss.
double gradient_of(const LogisticRegression& model, const Dataset& data) {
  Matrix rest = model.predict_proba(data.x());
  for (Index i = 0; i < data.n_rows(); ++i) rest(i, data.labels()(i)) -= 1;
  const Matrix gradient = rest.transpose() * data.x() + model.coef() / model.params().C;
  return std::max(gradient.cwiseAbs().maxCoeff(), rest.colwise().sum().cwiseAbs().maxCoeff());
}

}  // namespace

TEST_CASE("LogisticRegression reaches the optimum for many classes and bad scales") {
  const Dataset data = blobs(1500, 12, 7);
  LogisticRegression model({.tol = 1e-8});
  model.fit(data);
  CHECK(model.report().converged);
  CHECK(gradient_of(model, data) < 1e-7);
  CHECK(std::abs(model.intercept().sum()) < 1e-9);
  for (std::size_t i = 1; i < model.report().loss_curve.size(); ++i)
    CHECK(model.report().loss_curve[i] <= model.report().loss_curve[i - 1] * (1 + 1e-12));
  Matrix x = data.x();
  x.col(0) *= 1e5;
  x.col(1) *= 1e-4;
  x.col(2).setConstant(3);
  LogisticRegression rough({.penalty = Penalty::none});
  rough.fit(data.with_x(x, data.columns()));
  CHECK(rough.report().converged);
}

TEST_CASE("LogisticRegression uses the shared preconditioner on wide problems") {
  const Dataset data = blobs(1500, 80, 8);  // one Gram matrix per class would cost too much
  LogisticRegression model({.tol = 1e-6});
  model.fit(data);
  CHECK(model.report().converged);
  CHECK(gradient_of(model, data) < 1e-5);
}

TEST_CASE("LogisticRegression on separable data without a penalty ends") {
  Matrix x(4, 1);
  x << -2, -1, 1, 2;
  Labels y(4);
  y << 0, 0, 1, 1;
  LogisticRegression model({.penalty = Penalty::none});
  model.fit(x, y);
  CHECK(model.report().converged);
  CHECK(model.predict(x) == y);
  LogisticRegression hasty({.max_iter = 1, .tol = 1e-12});
  hasty.fit(x, y);
  CHECK_FALSE(hasty.report().converged);
  REQUIRE(hasty.report().warnings.size() == 1);
  CHECK(hasty.report().warnings[0].find("did not converge in 1 iterations") != std::string::npos);
}

TEST_CASE("linear classifiers keep the column of a class without rows") {
  const Dataset data = blobs(60, 3, 4);
  std::vector<Index> rows;
  for (Index i = 0; i < 60; ++i)
    if (data.labels()(i) == 1 || data.labels()(i) == 3) rows.push_back(i);
  const auto check = [&](auto model) {
    model.fit(data.take(rows));
    const Matrix proba = model.predict_proba(data.x());
    CHECK(proba.cols() == 4);
    CHECK(proba.col(0).isZero(0));
    CHECK(proba.col(2).isZero(0));
    CHECK(model.coef().rows() == 1);
    CHECK(model.classes() == Labels(Eigen::Vector2i(1, 3)));
    CHECK(model.decision_function(data.x()).cols() == 1);
    model.fit(data.take({1, 5, 9, 13}));
    CHECK(model.predict(data.x()) == Labels::Constant(60, 1));
    CHECK(model.coef().rows() == 0);
  };
  check(LogisticRegression());
  check(LinearDiscriminantAnalysis());
}

TEST_CASE("linear classifiers refuse what would overflow") {
  Dataset data = blobs(20, 2, 2);
  Matrix x = data.x();
  x(3, 1) = 1e120;
  CHECK(message_of([&] { LogisticRegression().fit(data.with_x(x, data.columns())); }) ==
        "LogisticRegression: column 'c1' must be within -1e100..1e100, got 1e+120 at row 3");
  CHECK(message_of([&] {
          LinearDiscriminantAnalysis().fit(data.take({0, 1}));
        }) ==
        "LinearDiscriminantAnalysis needs more rows than classes, got 2 (sum of weights) for 2 "
        "classes");
}
