#include <nlohmann/json.hpp>
#include <sstream>

#include "compare/toys.hpp"
#include "grove/baseline/linear_regression.hpp"
#include "grove/baseline/ridge.hpp"
#include "grove/compare/tuning.hpp"
#include "grove/data/generators.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "grove/tree/decision_tree.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

CompareOptions tuned_by(const std::string& search) {
  return {.cv = StratifiedKFold{.n_splits = 3, .shuffle = true, .seed = 4},
          .tune = parse_search(search)};
}

std::vector<Contender> field() {
  return {{"knn", Pipeline(StandardScaler{}, KNeighborsClassifier())},
          {"tree", DecisionTreeClassifier()},
          {"1-NN", KNeighborsClassifier({.n_neighbors = 1}), SearchSpace{}},
          {"mean", NearestMean{}}};
}

const Standing& of(const DatasetComparison& data, const std::string& name) {
  for (const Standing& standing : data.standings)
    if (standing.contender == name) return standing;
  FAIL("no contender " << name);
  return data.standings.front();
}

}  // namespace

TEST_CASE("every contender with a space is tuned inside each fold, all with one budget") {
  const Comparison comparison = compare(field(), {datasets::load_iris()}, tuned_by("random:6"));
  CHECK(comparison.tuning == "random:6");
  const DatasetComparison& data = comparison.datasets.front();
  for (const char* name : {"knn", "tree"}) {
    INFO(name);
    const Standing& standing = of(data, name);
    CHECK(standing.tuned);
    CHECK(tuning_state(standing) == "tuned");
    REQUIRE(standing.result.folds.size() == 3);
    for (const FoldResult& fold : standing.result.folds) {
      REQUIRE(fold.search != nullptr);
      CHECK(fold.search->trials.size() == 6);
      CHECK(fold.search->metric == "accuracy");
    }
    const TuningCost cost = tuning_cost(standing);
    CHECK(cost.searches == 3);
    CHECK(cost.trials == 18);
    CHECK(cost.evaluations == 18);
    CHECK(cost.failed == 0);
    CHECK(cost.work > 0);
  }
  CHECK(tuning_state(of(data, "1-NN")) == "untuned");
  CHECK(tuning_state(of(data, "mean")) == "nothing to tune");
  CHECK(tuning_state(of(data, std::string(baseline_name))) == "nothing to tune");
  CHECK(tuning_cost(of(data, "1-NN")).searches == 0);
}

TEST_CASE("tuning sees the training part alone: the inner folds are those of its rows") {
  const Dataset iris = datasets::load_iris();
  const CompareOptions options = tuned_by("random:4");
  const Comparison comparison = compare(field(), {iris}, options);
  const std::vector<Split> splits = options.cv->split(iris);
  for (const char* name : {"knn", "tree"})
    for (std::size_t i = 0; i < splits.size(); ++i)
      CHECK(of(comparison.datasets.front(), name).result.folds[i].search->fingerprint ==
            iris.take(splits[i].train).fingerprint());
}

TEST_CASE("a tuned comparison is the same for any number of threads, and what TunedModel gives") {
  const Dataset iris = datasets::load_iris();
  const CompareOptions options = tuned_by("random:5");
  const Comparison one = compare(field(), {iris}, options, {.threads = 1});
  const Comparison three = compare(field(), {iris}, options, {.threads = 3});
  for (std::size_t i = 0; i < one.contenders.size(); ++i) {
    INFO(one.contenders[i]);
    const Standing& a = one.datasets.front().standings[i];
    const Standing& b = three.datasets.front().standings[i];
    CHECK(a.mean == b.mean);
    for (std::size_t f = 0; f < a.result.folds.size(); ++f)
      if (a.result.folds[f].search != nullptr) {
        CHECK(a.result.folds[f].search->best == b.result.folds[f].search->best);
      }
  }
  const CrossValidation nested =
      cross_validate(TunedModel(DecisionTreeClassifier(), *options.tune), iris,
                     {.cv = options.cv, .metrics = {"accuracy", "balanced_accuracy"}});
  CHECK(of(one.datasets.front(), "tree").mean == nested.mean("accuracy"));
}

TEST_CASE("the deciding metric is what is tuned for, unless the search names one") {
  CompareOptions options = tuned_by("random:2");
  options.cv = KFold{.n_splits = 2, .shuffle = true, .seed = 1};
  options.metrics = {"mae", "r2"};
  const Dataset data =
      make_regression({.n_samples = 60, .n_features = 3, .n_informative = 2, .noise = 5});
  const std::vector<Contender> two = {{"ridge", Ridge()}, {"ols", LinearRegression()}};
  const Comparison comparison = compare(two, {data}, options);
  const SearchResult& search = *comparison.datasets[0].standings[0].result.folds[0].search;
  CHECK(search.metric == "mae");
  CHECK(!search.greater_is_better);
  CHECK(tuning_state(comparison.datasets[0].standings[1]) == "nothing to tune");
  options.tune->metric = "r2";
  CHECK(compare(two, {data}, options).datasets[0].standings[0].result.folds[0].search->metric ==
        "r2");
}

TEST_CASE("a contender's own space, and spaces that are refused before anything runs") {
  std::vector<Contender> two = field();
  two.erase(two.begin() + 2, two.end());
  two[0].space = SearchSpace{{"kneighborsclassifier__n_neighbors", choices({3, 7})}};
  const Comparison comparison = compare(two, {datasets::load_iris()}, tuned_by("grid:10"));
  const FoldResult& fold = comparison.datasets[0].standings[0].result.folds[0];
  CHECK(fold.search->space == *two[0].space);
  CHECK(fold.search->trials.size() <= 3);

  two[0].space = SearchSpace{{"kneighborsclassifier__n_neighbours", choices({3, 7})}};
  const std::string message =
      message_of([&] { compare(two, {datasets::load_iris()}, tuned_by("random:2")); });
  CHECK(message.find("compare: contender 'knn': ") == 0);
  CHECK(message.find("did you mean") != std::string::npos);
  CompareOptions shared = tuned_by("random:2");
  shared.tune->space = SearchSpace{{"n_neighbors", integers(1, 5)}};
  CHECK(message_of([&] { compare(field(), {datasets::load_iris()}, shared); }) ==
        "compare: one search space cannot serve all contenders");
}

TEST_CASE("a contender that fails in every fold was tuned all the same") {
  std::vector<Contender> contenders = field();
  contenders.push_back({"regressor", Ridge()});
  contenders.push_back({"few", KNeighborsClassifier({.n_neighbors = 5000}),
                        SearchSpace{{"n_neighbors", choices({4000, 5000})}}});
  const Comparison comparison = compare(contenders, {datasets::load_iris()}, tuned_by("random:2"));
  for (const char* name : {"regressor", "few"}) {
    INFO(name);
    const Standing& standing = of(comparison.datasets.front(), name);
    CHECK(standing.result.n_failed() == 3);
    CHECK(tuning_state(standing) == "tuned");
    CHECK(tuning_cost(standing).searches == 0);
  }
  CHECK(of(comparison.datasets.front(), "few").result.folds[0].error.find("n_neighbors = 5000") !=
        std::string::npos);
}

TEST_CASE("without tuning nothing is marked") {
  const Comparison comparison =
      compare(field(), {datasets::load_iris()}, {.cv = StratifiedKFold{.n_splits = 2}});
  std::ostringstream text;
  text << comparison;
  CHECK(text.str().find("tune") == std::string::npos);
  const auto json = nlohmann::json::parse(to_json(comparison));
  CHECK(!json.contains("tuning"));
  CHECK(json["datasets"][0]["models"][0]["tuned"] == false);
  CHECK(!json["datasets"][0]["models"][0].contains("tuning"));
}

TEST_CASE("the table and the JSON show what was tuned, and what it cost") {
  std::vector<Contender> contenders = field();
  contenders.push_back({"wrong", Refuses{}});
  // Ten of these neighbours are more than there are rows.
  contenders.push_back(
      {"many", KNeighborsClassifier(), SearchSpace{{"n_neighbors", choices({4, 5000})}}});
  const Comparison comparison = compare(contenders, {datasets::load_iris()}, tuned_by("grid:5"));
  std::ostringstream text;
  text << comparison;
  CHECK(text.str().find("tuned inside each of the folds by grid:5") != std::string::npos);
  CHECK(text.str().find("nothing to tune") != std::string::npos);
  CHECK(text.str().find("  untuned\n") != std::string::npos);

  const auto json = nlohmann::json::parse(to_json(comparison));
  CHECK(json["tuning"] == "grid:5");
  const auto& models = json["datasets"][0]["models"];
  CHECK(models[0]["tuned"] == true);
  CHECK(models[0]["tuning"]["state"] == "tuned");
  CHECK(models[0]["tuning"]["searches"] == 3);
  CHECK(models[0]["tuning"]["evaluations"] == models[0]["tuning"]["trials"]);
  CHECK(models[2]["tuned"] == false);
  CHECK(models[2]["tuning"]["state"] == "untuned");
  CHECK(models[3]["tuning"]["state"] == "nothing to tune");
  const auto& search = models[0]["folds"][0]["search"];
  CHECK(search["method"] == "grid:5");
  CHECK(search["best_params"] == search["trials"][search["best"].get<std::size_t>()]["params"]);
  CHECK(search["space"].contains("kneighborsclassifier__n_neighbors"));
  CHECK(!models[2]["folds"][0].contains("search"));
  // A candidate that fails is counted, and never wins.
  const auto& many = models[5];
  CHECK(many["name"] == "many");
  CHECK(many["tuning"]["failed"] == 3);
  CHECK(many["folds"][0]["search"]["best_params"]["n_neighbors"] != 5000);
  CHECK(models[4]["folds"][0]["error"].is_string());
}
