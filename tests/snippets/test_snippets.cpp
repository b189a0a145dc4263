// The calls that the documentation shows, in one translation unit as a user would write them.

#include <catch2/catch.hpp>
#include <grove/grove.hpp>
#include <sstream>

using namespace grove;

namespace {

struct Majority {  // a whole estimator of the user's: inherits nothing
  int label = 0;
  void fit(const Dataset& d) {
    std::vector<Index> counts(static_cast<std::size_t>(d.n_classes()), 0);
    for (const int y : d.labels()) ++counts[static_cast<std::size_t>(y)];
    label = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  }
  Labels predict(MatrixView x) const { return Labels::Constant(x.rows(), label); }
};

}  // namespace

TEST_CASE("train, split, score") {
  const Dataset data = read_csv(GROVE_TEST_DATASETS "/breast_cancer.csv", {.target = "diagnosis"});
  const auto [train, test] = train_test_split(data, {.test_size = 0.2, .seed = 7});
  GradientBoostingClassifier model({.n_estimators = 30, .learning_rate = 0.05});
  model.fit(train);
  CHECK(metrics::accuracy(test.labels(), model.predict(test.x())) > 0.9);
}

TEST_CASE("pipeline, cross-validation, comparison") {
  const Pipeline knn(StandardScaler{},
                     KNeighborsClassifier({.n_neighbors = 7, .weights = Weights::distance}));
  std::ostringstream text;
  text << cross_validate(knn, datasets::load_iris(),
                         {.cv = StratifiedKFold{.n_splits = 5, .shuffle = true, .seed = 1}});
  CHECK(text.str().find("accuracy") != std::string::npos);
  text.str("");
  text << compare(
      {{"1-NN", KNeighborsClassifier({.n_neighbors = 1})},
       {"scaled 15-NN", Pipeline(StandardScaler{}, KNeighborsClassifier({.n_neighbors = 15}))},
       {"boosting", GradientBoostingClassifier({.n_estimators = 5})}},
      {datasets::load_wine(), datasets::load("vehicle")},
      {.cv = RepeatedStratifiedKFold{.n_repeats = 2}});
  for (const char* name : {"1-NN", "scaled 15-NN", "boosting", "Dummy (baseline)"})
    CHECK(text.str().find(name) != std::string::npos);
}

TEST_CASE("a clusterer and an estimator of one's own") {
  KMeans clusterer({.n_clusters = 3, .seed = 1});
  const Labels& found = clusterer.fit(datasets::load_iris().x()).labels();
  CHECK(metrics::adjusted_rand(datasets::load_iris().labels(), found) > 0.7);
  const CrossValidation result = cross_validate(Majority{}, datasets::load_iris());
  CHECK(result.mean("accuracy") == Approx(1.0 / 3));
}
