#include "baseline/cases.hpp"
#include "grove/baseline/gaussian_nb.hpp"

using namespace grove;
using namespace grove::testing;

TEST_CASE("GaussianNB keeps the contract") {
  CHECK(contract_of(GaussianNB()) == "");
  CHECK(
      contract_of(GaussianNB({.var_smoothing = 0.01, .priors = {0.2, 0.2, 0.6}})).find("priors") !=
      std::string::npos);  // the one-class check has other priors
}

TEST_CASE("GaussianNB equals scikit-learn") {
  int n_fits = 0;
  for_each_fit("classification", "GaussianNB", [&](const Dataset& data, const auto& fit) {
    ++n_fits;
    GaussianNB model({.var_smoothing = fit["params"]["var_smoothing"]});
    model.fit(data);
    CHECK(close(model.theta(), to_matrix(fit["theta"]), 1e-12));
    CHECK(close(model.var(), to_matrix(fit["var"]), 1e-12));
    CHECK(close(model.class_prior(), to_vector(fit["class_prior"]), 1e-12));
    CHECK(close(model.predict_proba(every_fifth(data)), to_matrix(fit["proba"]), 1e-10));
  });
  CHECK(n_fits == 6);
}

TEST_CASE("GaussianNB refuses what it cannot answer") {
  Matrix x(4, 2);
  x << 1, 2, 1, 3, 5, 4, 6, 5;
  Labels y(4);
  y << 0, 0, 1, 1;
  const Dataset data = Dataset(x).with_labels(y, {"no", "yes"});
  CHECK(message_of([&] { GaussianNB({.var_smoothing = 0}).fit(data); }) ==
        "GaussianNB: column 'c0' has variance 0 in class 'no'");
  CHECK(message_of([&] { GaussianNB({.priors = {1.0}}).fit(data); }) ==
        "GaussianNB: parameter 'priors' must have one entry per class, 2, got 1");
  CHECK(message_of([&] {
          GaussianNB({.priors = {0.5, 0.4}}).fit(data);
        }) ==
        "GaussianNB: parameter 'priors' must be probabilities with sum 1, or empty, got [0.5, "
        "0.4]");
  GaussianNB model;
  model.fit(data);
  CHECK(message_of([&] { (void)model.predict(Matrix(Matrix::Constant(1, 2, 1e200))); }) ==
        "GaussianNB: the values of row 0 are too large to compute with");
}

TEST_CASE("GaussianNB on constant columns answers with the priors") {
  Matrix x = Matrix::Constant(5, 2, 3.0);
  Labels y(5);
  y << 0, 1, 1, 0, 1;
  GaussianNB model;
  model.fit(x, y);
  CHECK(close(model.predict_proba(x.topRows(1)), Matrix(Eigen::RowVector2d(0.4, 0.6)), 1e-14));
}
