#include <catch2/catch.hpp>

#include "grove/baseline/gaussian_nb.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "grove/registry/trees_of.hpp"
#include "grove/tree/shap.hpp"

using namespace grove;

TEST_CASE("The SHAP values of a model's trees add up to what it predicts") {
  const Dataset diabetes = datasets::load("diabetes");
  Estimator regressor = GradientBoostingRegressor({.n_estimators = 20});
  regressor.fit(diabetes);
  const Vector sums = shap_values(*trees_of(regressor), diabetes.x())[0].rowwise().sum();
  CHECK((sums - regressor.predict_values(diabetes.x())).cwiseAbs().maxCoeff() < 1e-10);

  // Missing values and categorical columns; a score for each of three classes.
  const Dataset penguins = datasets::load("penguins");
  Estimator classifier = GradientBoostingClassifier({.n_estimators = 20});
  classifier.fit(penguins);
  const std::vector<Matrix> shap = shap_values(*trees_of(classifier), penguins.x());
  Matrix scores(penguins.n_rows(), 3);
  for (std::size_t k = 0; k < 3; ++k) scores.col(static_cast<Index>(k)) = shap[k].rowwise().sum();
  const Matrix shares = scores.array().exp();
  for (Index i = 0; i < scores.rows(); ++i)
    CHECK((shares.row(i) / shares.row(i).sum() - classifier.predict_proba(penguins.x()).row(i))
              .cwiseAbs()
              .maxCoeff() < 1e-10);
}

TEST_CASE("trees_of looks into the last step of a pipeline, and knows what has no trees") {
  const Dataset iris = datasets::load("iris");
  Estimator pipeline = Pipeline(StandardScaler(), GradientBoostingClassifier({.n_estimators = 3}));
  CHECK_THROWS_AS(trees_of(pipeline), NotFitted);
  pipeline.fit(iris);
  REQUIRE(trees_of(pipeline) != nullptr);
  CHECK(trees_of(pipeline)->trees.size() == 9);
  CHECK(trees_of(Estimator(GaussianNB())) == nullptr);
}
