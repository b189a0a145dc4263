#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::listing;
using grove::testing::message_of;

TEST_CASE("The nearest-neighbour estimators keep the contract") {
  CHECK(listing(check_estimator(KNeighborsClassifier())) == "");
  CHECK(listing(check_estimator(KNeighborsClassifier(
            {.n_neighbors = 3, .weights = Weights::distance, .algorithm = Algorithm::kd_tree}))) ==
        "");
  CHECK(listing(check_estimator(KNeighborsRegressor())) == "");
  CHECK(listing(check_estimator(KNeighborsRegressor(
            {.weights = Weights::distance, .metric = Metric::manhattan}))) == "");
}

TEST_CASE("Probabilities and values are scikit-learn's") {
  const auto reference = grove::testing::reference("k_neighbors");
  const Matrix x = grove::testing::to_matrix(reference["x"]);
  const Matrix queries = grove::testing::to_matrix(reference["queries"]);
  const Labels labels = grove::testing::to_labels(reference["labels"]);
  const Vector target = grove::testing::to_vector(reference["target"]);
  REQUIRE(reference["cases"].size() == 12);
  for (const auto& item : reference["cases"]) {
    KNeighborsParams params{.n_neighbors = item["n_neighbors"]};
    params.weights = item["weights"] == "distance" ? Weights::distance : Weights::uniform;
    params.metric = *ParamType<Distance>::from(Value(item["metric"].get<std::string>()));
    params.p = 3;
    KNeighborsClassifier classifier(params);
    classifier.fit(x, labels);
    CHECK(grove::testing::close(classifier.predict_proba(queries),
                                grove::testing::to_matrix(item["proba"]), 1e-12));
    CHECK(classifier.predict(queries) == grove::testing::to_labels(item["predict"]));
    KNeighborsRegressor regressor(params);
    regressor.fit(x, target);
    CHECK(grove::testing::close(Matrix(regressor.predict(queries)),
                                Matrix(grove::testing::to_vector(item["values"])), 1e-12));
  }
}

TEST_CASE("The algorithm never changes a prediction, ties or not") {
  for (const char* name : {"digits", "vehicle", "letter_recognition"}) {
    INFO(name);
    Dataset data = datasets::load(name);
    std::vector<Index> some;
    for (Index i = 0; i < std::min<Index>(data.n_rows(), 2000); ++i) some.push_back(i);
    data = data.take(some);
    for (const Weights weights : {Weights::uniform, Weights::distance}) {
      Matrix expected;
      for (const Algorithm algorithm :
           {Algorithm::brute, Algorithm::kd_tree, Algorithm::automatic}) {
        KNeighborsClassifier model({.n_neighbors = 5, .weights = weights, .algorithm = algorithm});
        const Matrix proba = model.fit(data).predict_proba(data.x());
        if (expected.size() == 0) expected = proba;
        CHECK(proba == expected);
      }
    }
  }
}

TEST_CASE("Neighbours at distance 0 vote alone") {
  Matrix x(4, 1);
  x << 0, 0, 1, 2;
  KNeighborsClassifier model({.n_neighbors = 3, .weights = Weights::distance});
  model.fit(x, (Labels(4) << 0, 1, 1, 1).finished());
  CHECK(model.predict_proba(Matrix(Matrix::Zero(1, 1))) == (Matrix(1, 2) << 0.5, 0.5).finished());
  CHECK(model.predict(Matrix(Matrix::Zero(1, 1)))(0) == 0);
}

TEST_CASE("Weights count as copies, also fractions") {
  Matrix x(3, 1);
  x << 0, 1, 3;
  const Dataset data(x, (Labels(3) << 0, 1, 1).finished());
  KNeighborsClassifier model({.n_neighbors = 2});
  model.fit(data.with_weights((Vector(3) << 0.5, 1, 4).finished()));
  CHECK(model.predict_proba(Matrix(Matrix::Zero(1, 1))) == (Matrix(1, 2) << 0.25, 0.75).finished());
  CHECK(
      message_of([&] { model.fit(data.with_weights((Vector(3) << 0.5, 0.5, 0.5).finished())); }) ==
      "KNeighborsClassifier: n_neighbors = 2, but the training data have only 1.5 rows by weight");
}

TEST_CASE("The neighbours of a prediction are rows of the training data") {
  Matrix x(3, 1);
  x << 0, 1, 3;
  const Dataset data =
      Dataset(x, (Labels(3) << 0, 1, 1).finished()).with_weights((Vector(3) << 0, 1, 1).finished());
  KNeighborsClassifier model({.n_neighbors = 1});
  CHECK(model.fit(data).kneighbors(Matrix(Matrix::Zero(1, 1))).rows(0, 0) == 1);
}

TEST_CASE("More neighbours than rows are refused") {
  CHECK(message_of([] {
          KNeighborsClassifier().fit(Matrix(Matrix::Zero(3, 1)), Labels(Labels::Zero(3)));
        }) == "KNeighborsClassifier: n_neighbors = 5, but the training data have only 3 rows");
}
