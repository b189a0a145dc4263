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

TEST_CASE("Several outputs at once are scikit-learn's") {
  const auto reference = grove::testing::reference("outlier");
  const Matrix x = grove::testing::to_matrix(reference["x"]);
  const Matrix outputs = grove::testing::to_matrix(reference["outputs"]);
  const Matrix queries = grove::testing::to_matrix(reference["queries"]);
  for (const auto& item : reference["several"]) {
    KNeighborsRegressor model(
        {.n_neighbors = 4,
         .weights = item["weights"] == "uniform" ? Weights::uniform : Weights::distance});
    model.fit_outputs(x, outputs);
    const Matrix expected = grove::testing::to_matrix(item["values"]);
    CHECK(grove::testing::close(model.predict_outputs(queries), expected, 1e-12));
    const Value state = model.save_state();
    CHECK(KNeighborsRegressor::load_state(model.params(), StateReader(state))
              .predict_outputs(queries) == model.predict_outputs(queries));
    CHECK(message_of([&] { (void)model.predict(queries); }) ==
          "KNeighborsRegressor::predict answers with one output, but 3 were fitted");
    model.fit_outputs(x, outputs.leftCols(1));
    CHECK(model.predict(queries) == Vector(model.predict_outputs(queries).col(0)));
  }
  CHECK(message_of([&] { KNeighborsRegressor().fit_outputs(x, outputs.topRows(5)); }) ==
        "KNeighborsRegressor: the outputs must be 146 rows of at least 1 column of finite numbers, "
        "got 5 x 3");
}

TEST_CASE("Vote weights of the user's count as given") {
  Matrix x(4, 1);
  x << 0, 1, 2, 4;
  Labels y(4);
  y << 0, 1, 1, 2;
  KNeighborsClassifier model(
      {.n_neighbors = 3, .weights = [](double distance) { return std::exp(-distance); }});
  model.fit(x, y);
  Matrix query(1, 1);
  query << 0;
  const Matrix proba = model.predict_proba(query);
  const double total = 1 + std::exp(-1) + std::exp(-2);
  CHECK(proba(0, 0) == Approx(1 / total));
  CHECK(proba(0, 1) == Approx((std::exp(-1) + std::exp(-2)) / total));
  CHECK(message_of([&] { (void)model.save_state(); }) ==
        "KNeighborsClassifier with vote weights of the user's cannot be saved");
  KNeighborsClassifier none({.n_neighbors = 2, .weights = [](double) { return 0.0; }});
  none.fit(x, y);
  CHECK(message_of([&] { (void)none.predict(query); }) ==
        "KNeighborsClassifier: the user's vote weights are 0 for all 2 neighbours, up to distance "
        "1");
}

TEST_CASE("With ties = all, votes do not depend on the order of the rows") {
  const Dataset grid = [] {
    Rng rng(3);
    Matrix x(300, 3);
    Labels y(300);
    for (Index i = 0; i < 300; ++i) {
      for (Index j = 0; j < 3; ++j) x(i, j) = static_cast<double>(rng.below(5));
      y(i) = static_cast<int>(rng.below(3));
    }
    return Dataset(x).with_labels(y, {"a", "b", "c"});
  }();
  KNeighborsClassifier model({.n_neighbors = 7, .ties = Ties::all});
  const Matrix expected = model.fit(grid).predict_proba(grid.x());
  KNeighborsClassifier first({.n_neighbors = 7});
  CHECK(first.fit(grid).predict_proba(grid.x()) != expected);
  Rng rng(4);
  Index different = 0;
  for (int round = 0; round < 20; ++round)
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree, Algorithm::ball_tree,
                                      Algorithm::cells, Algorithm::nanoflann}) {
      KNeighborsClassifier shuffled({.n_neighbors = 7, .ties = Ties::all, .algorithm = algorithm});
      shuffled.fit(grid.take(rng.permutation(300)));
      different += (shuffled.predict_proba(grid.x()).array() != expected.array()).count();
    }
  CHECK(different == 0);
  // Rows of weight 2 are two rows.
  const Vector twos = Vector::Constant(300, 2);
  KNeighborsClassifier weighted({.n_neighbors = 14, .ties = Ties::all});
  weighted.fit(grid.with_weights(twos));
  CHECK(grove::testing::close(weighted.predict_proba(grid.x()), expected, 1e-12));
}
