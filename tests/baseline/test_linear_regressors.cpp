#include "baseline/cases.hpp"
#include "grove/baseline/linear_regression.hpp"
#include "grove/baseline/ridge.hpp"
#include "grove/core/random.hpp"

using namespace grove;
using namespace grove::testing;

TEST_CASE("linear regressors keep the contract") {
  CHECK(contract_of(LinearRegression()) == "");
  CHECK(contract_of(LinearRegression({.fit_intercept = false})) == "");
  CHECK(contract_of(Ridge()) == "");
  CHECK(contract_of(Ridge({.alpha = 0})) == "");
}

TEST_CASE("LinearRegression equals scikit-learn") {
  int n_fits = 0;
  for_each_fit("regression", "LinearRegression", [&](const Dataset& data, const auto& fit) {
    ++n_fits;
    LinearRegression model({.fit_intercept = fit["params"]["fit_intercept"]});
    model.fit(data);
    CHECK(close(model.coef().transpose(), to_matrix(fit["coef"]), 1e-10));
    CHECK(close(model.intercept(), to_double(fit["intercept"][0][0]), 1e-10));
    CHECK(close(model.predict(every_fifth(data)), to_vector(fit["predict"]), 1e-10));
    CHECK(model.rank() == data.n_columns());
  });
  CHECK(n_fits == 4);
}

TEST_CASE("Ridge equals scikit-learn") {
  int n_fits = 0;
  for_each_fit("regression", "Ridge", [&](const Dataset& data, const auto& fit) {
    ++n_fits;
    Ridge model({.alpha = fit["params"]["alpha"], .fit_intercept = fit["params"]["fit_intercept"]});
    model.fit(data);
    CHECK(close(model.coef().transpose(), to_matrix(fit["coef"]), 1e-9));
    CHECK(close(model.intercept(), to_double(fit["intercept"][0][0]), 1e-9));
    CHECK(close(model.predict(every_fifth(data)), to_vector(fit["predict"]), 1e-9));
  });
  CHECK(n_fits == 12);
}

TEST_CASE("LinearRegression takes the solution of least norm, as scikit-learn") {
  const nlohmann::json all = reference("baseline");
  const Matrix x = to_matrix(all["regression"][0]["x"]);
  Matrix doubled(x.rows(), x.cols() + 2);
  doubled << x, 2 * x.leftCols(2);
  LinearRegression model;
  model.fit(doubled, to_vector(all["regression"][0]["y"]));
  CHECK(close(model.coef().transpose(), to_matrix(all["deficient"]["coef"]), 1e-8));
  CHECK(model.rank() == x.cols());
  CHECK(model.report().warnings.size() == 1);
}

TEST_CASE("linear regressors do not care about units, constants or wide tables") {
  Rng rng(3);
  Matrix x(3000, 4);
  Vector y(3000);
  for (Index i = 0; i < x.rows(); ++i) {
    x.row(i) << 1e9 * rng.normal(), 1e-12 * rng.normal(), 0.1, rng.normal();
    y(i) = 2e-9 * x(i, 0) + 3e12 * x(i, 1) - x(i, 3) + 5;
  }
  LinearRegression model;
  model.fit(x, y);
  CHECK(model.coef()(0) == Approx(2e-9).epsilon(1e-10));
  CHECK(model.coef()(1) == Approx(3e12).epsilon(1e-10));
  CHECK(model.coef()(2) == 0);
  CHECK(model.coef()(3) == Approx(-1).epsilon(1e-10));
  CHECK(model.intercept() == Approx(5).epsilon(1e-10));
  Matrix wide(3, 6);
  for (Index i = 0; i < wide.size(); ++i) wide(i) = rng.normal();
  model.fit(wide, Vector(Eigen::Vector3d(1, 2, 4)));
  CHECK(close(model.predict(wide), Vector(Eigen::Vector3d(1, 2, 4)), 1e-12));
  Ridge ridge({.alpha = 1e-9});
  ridge.fit(wide, Vector(Eigen::Vector3d(1, 2, 4)));
  CHECK(close(ridge.coef(), model.coef(), 1e-6));
}

TEST_CASE("linear regressors refuse what would overflow") {
  Matrix x = Matrix::Random(10, 2);
  Vector y = Vector::Random(10);
  y(4) = 1e200;
  CHECK(message_of([&] { Ridge().fit(x, y); }) ==
        "Ridge: the target must be within -1e100..1e100, got 1e+200 at row 4");
  CHECK(message_of([&] { Ridge({.alpha = -1}).fit(x, y); }) ==
        "Ridge: parameter 'alpha' must be a number in [0, 1e+100], got -1.0");
}
