#include "grove/core/random.hpp"
#include "grove/neighbors/radius_neighbors.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::listing;

TEST_CASE("The estimators by radius keep the contract") {
  CHECK(listing(check_estimator(RadiusNeighborsClassifier())) == "");
  CHECK(listing(check_estimator(RadiusNeighborsClassifier(
            {.radius = 3, .weights = Weights::distance, .algorithm = Algorithm::brute}))) == "");
  CHECK(listing(check_estimator(RadiusNeighborsRegressor(
            {.radius = 2, .weights = Weights::distance, .metric = Metric::manhattan}))) == "");
}

TEST_CASE("Probabilities and values within a radius are scikit-learn's") {
  const auto reference = grove::testing::reference("k_neighbors");
  const Matrix x = grove::testing::to_matrix(reference["x"]);
  const Matrix all_queries = grove::testing::to_matrix(reference["queries"]);
  const Labels labels = grove::testing::to_labels(reference["labels"]);
  const Vector target = grove::testing::to_vector(reference["target"]);
  REQUIRE(reference["radius"].size() == 8);
  for (const auto& item : reference["radius"]) {
    std::vector<Index> found;
    for (std::size_t i = 0; i < item["found"].size(); ++i)
      if (item["found"][i]) found.push_back(static_cast<Index>(i));
    REQUIRE(found.size() >= 5);
    const Matrix queries = all_queries(found, Eigen::all);
    RadiusNeighborsParams params{.radius = item["radius"]};
    params.weights = item["weights"] == "distance" ? Weights::distance : Weights::uniform;
    params.metric = *ParamType<Distance>::from(Value(item["metric"].get<std::string>()));
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree, Algorithm::nanoflann}) {
      params.algorithm = algorithm;
      RadiusNeighborsClassifier classifier(params);
      classifier.fit(x, labels);
      CHECK(grove::testing::close(classifier.predict_proba(queries),
                                  grove::testing::to_matrix(item["proba"]), 1e-12));
      RadiusNeighborsRegressor regressor(params);
      regressor.fit(x, target);
      CHECK(grove::testing::close(Matrix(regressor.predict(queries)),
                                  Matrix(grove::testing::to_vector(item["values"])), 1e-12));
    }
  }
}

TEST_CASE("A query without neighbours is answered by the whole of the training data") {
  Matrix x(4, 1);
  x << 0, 1, 2, 3;
  const Matrix far = Matrix::Constant(1, 1, 100);
  const Dataset data(x, (Labels(4) << 0, 1, 1, 1).finished());
  RadiusNeighborsClassifier model;
  CHECK(model.fit(data).predict_proba(far) == (Matrix(1, 2) << 0.25, 0.75).finished());
  const Vector weights = (Vector(4) << 3, 1, 0, 0).finished();
  CHECK(model.fit(data.with_weights(weights)).predict_proba(far) ==
        (Matrix(1, 2) << 0.75, 0.25).finished());
  RadiusNeighborsRegressor regressor;
  regressor.fit(x, Vector((Vector(4) << 1, 2, 3, 6).finished()));
  CHECK(regressor.predict(far)(0) == 3);
  CHECK(model.radius_neighbors(far).rows.empty());
}

TEST_CASE("The border of the radius belongs to it, and neighbours are rows of the training data") {
  Matrix x(4, 1);
  x << 5, 0, 1, 2;
  const Dataset data = Dataset(x, (Labels(4) << 0, 0, 1, 1).finished())
                           .with_weights((Vector(4) << 0, 1, 1, 1).finished());
  RadiusNeighborsClassifier model({.radius = 1});
  const RadiusNeighbors found = model.fit(data).radius_neighbors(Matrix(Matrix::Constant(1, 1, 1)));
  CHECK(found.rows == std::vector<Index>{2, 1, 3});
  CHECK(found.distances == std::vector<double>{0, 1, 1});
}
