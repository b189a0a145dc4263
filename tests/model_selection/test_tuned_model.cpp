#include <cmath>
#include <set>

#include "grove/baseline/ridge.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "model_selection/search_toys.hpp"
#include "support/check.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

SearchOptions knn_search(double evaluations) {
  SearchOptions options;
  options.budget = {.evaluations = evaluations};
  options.space =
      SearchSpace{{"n_neighbors", integers(1, 30)}, {"weights", choices({"uniform", "distance"})}};
  return options;
}

SearchResult made_up(const std::vector<double>& scores, bool greater_is_better) {
  SearchResult result;
  result.greater_is_better = greater_is_better;
  for (const double score : scores) {
    Trial trial;
    trial.score = score;
    result.trials.push_back(trial);
  }
  return result;
}

/// Over all N^n draws.
double expected_by_enumeration(const std::vector<double>& scores, std::size_t n, bool greater) {
  std::size_t n_draws = 1;
  for (std::size_t i = 0; i < n; ++i) n_draws *= scores.size();
  double sum = 0;
  for (std::size_t draw = 0; draw < n_draws; ++draw) {
    std::size_t rest = draw;
    double best = scores[rest % scores.size()];
    for (std::size_t i = 0; i < n; ++i, rest /= scores.size()) {
      const double score = scores[rest % scores.size()];
      best = greater ? std::max(best, score) : std::min(best, score);
    }
    sum += best;
  }
  return sum / static_cast<double>(n_draws);
}

}  // namespace

TEST_CASE("A tuned model answers as the best model fitted on all rows") {
  const Dataset data = datasets::load_wine();
  const Pipeline model(StandardScaler{}, KNeighborsClassifier());
  SearchOptions options = knn_search(12);
  for (SearchDimension& dimension : *options.space)
    dimension.name = "kneighborsclassifier__" + dimension.name;
  Ledger ledger;
  Estimator tuned = TunedModel(model, options);
  CHECK(tuned.expression() == "Tuned(StandardScaler() | KNeighborsClassifier(), random:12)");
  CHECK(tuned.name() == "TunedModel");
  CHECK(tuned.kind() == EstimatorKind::classifier);
  CHECK(tuned.has_predict_proba());
  CHECK(message_of([&] { tuned.predict(data.x()); }) == "TunedModel is not fitted");
  tuned.fit(data, {.ledger = &ledger});
  const auto* held = tuned.get_if<TunedModel>();
  REQUIRE(held != nullptr);
  const SearchResult& result = held->result();
  CHECK(result.trials.size() == 12);
  Estimator by_hand = model;
  for (const auto& [name, value] : result.trials[result.best].params)
    by_hand.set_param(name, value);
  CHECK(held->best().expression() == by_hand.expression());
  by_hand.fit(data);
  CHECK(tuned.predict(data.x()) == by_hand.predict(data.x()));
  CHECK(tuned.predict_proba(data) == by_hand.predict_proba(data));
  CHECK(tuned.trained_on()->n_columns() == data.n_columns());

  // The score of a trial is that of cross_validate on the same folds.
  const CrossValidation same = cross_validate(
      by_hand, data,
      {.cv = StratifiedKFold{.n_splits = 3, .shuffle = true}, .metrics = {"accuracy"}});
  CHECK(result.trials[result.best].score == same.mean("accuracy"));
  CHECK(result.trials[result.best].std == Approx(same.std("accuracy")));

  // All counted work is in the ledger: that of the trials and of the last fit.
  std::uint64_t in_trials = 0;
  for (const Trial& trial : result.trials)
    in_trials += trial.work.at(std::string(work::distance_evaluations));
  CHECK(in_trials > 0);
  CHECK(ledger.counts().at(std::string(work::distance_evaluations)) == in_trials);
  CHECK(tuned.report()->work == ledger.counts());
  CHECK(tuned.report()->notes.back().find("random:12 found accuracy 0.9") == 0);

  CHECK(message_and_hint_of([&] { tuned.save_state(); }) ==
        "TunedModel cannot be saved: a search is no model\nhint: save best(), the model that it "
        "found");
  const Estimator copy = tuned.unfitted();
  CHECK_THROWS_AS(copy.predict(data.x()), NotFitted);
}

TEST_CASE("A tuned model keeps the contract of estimators") {
  CHECK(listing(check_estimator(TunedModel(KNeighborsClassifier(), knn_search(3)))) == "");
  SearchOptions ridge;
  ridge.method = SearchMethod::tpe;
  ridge.budget = {.evaluations = 3};
  ridge.space = SearchSpace{{"alpha", log_reals(0.01, 10)}};
  CHECK(listing(check_estimator(TunedModel(Ridge(), ridge))) == "");
}

TEST_CASE("A fit that fails leaves the tuned model as it was") {
  const Dataset data = datasets::load_iris();
  TunedModel tuned(KNeighborsClassifier(), knn_search(3));
  tuned.fit(data);
  const Labels before = tuned.predict(data.x());
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(tuned.fit(datasets::load_wine(), {.stop = stop.get_token()}), Cancelled);
  CHECK(tuned.predict(data.x()) == before);
  tuned.set_param("n_neighbors", 4);
  CHECK_THROWS_AS(tuned.predict(data.x()), NotFitted);
  CHECK(tuned.expression() == "Tuned(KNeighborsClassifier(n_neighbors=4), random:3)");
}

TEST_CASE("Cross-validating a tuned model keeps each fold's search, alone or in a pipeline") {
  const Dataset data = datasets::load_iris();
  const CrossValidation alone =
      cross_validate(TunedModel(KNeighborsClassifier(), knn_search(5)), data);
  const CrossValidation behind = cross_validate(
      Pipeline(StandardScaler{}, TunedModel(KNeighborsClassifier(), knn_search(5))), data);
  const CrossValidation plain = cross_validate(KNeighborsClassifier(), data);
  std::set<std::string> trained_on;
  for (std::size_t i = 0; i < alone.folds.size(); ++i) {
    REQUIRE(alone.folds[i].search);
    CHECK(alone.folds[i].search->trials.size() == 5);
    CHECK(behind.folds[i].search);
    CHECK_FALSE(plain.folds[i].search);
    // The search saw the fold's training rows alone.
    const Split split = default_splitter(KNeighborsClassifier()).split(data)[i];
    CHECK(alone.folds[i].search->fingerprint == data.take(split.train).fingerprint());
  }
  const CrossValidation again =
      cross_validate(TunedModel(KNeighborsClassifier(), knn_search(5)), data, {}, {.threads = 3});
  CHECK(again.scores("accuracy") == alone.scores("accuracy"));
  for (std::size_t i = 0; i < alone.folds.size(); ++i)
    CHECK(again.folds[i].work == alone.folds[i].work);
}

TEST_CASE("On pure noise the nested score is chance, and the best inner score is not") {
  double nested = 0, inner = 0;
  constexpr int n_seeds = 8;
  for (std::uint64_t seed = 0; seed < n_seeds; ++seed) {
    Rng rng(seed);
    Matrix x(60, 5);
    Labels y(60);
    for (Index i = 0; i < 60; ++i) {
      for (Index j = 0; j < 5; ++j) x(i, j) = rng.normal();
      y(i) = static_cast<int>(i % 2);
    }
    const Dataset data(x, y);
    SearchOptions options = knn_search(30);
    options.seed = seed;
    const TunedModel tuned(KNeighborsClassifier(), options);
    nested += cross_validate(tuned, data).mean("accuracy") / n_seeds;
    const SearchResult result = search(KNeighborsClassifier(), data, options);
    inner += result.trials[result.best].score / n_seeds;
  }
  CHECK(nested > 0.44);
  CHECK(nested < 0.56);
  CHECK(inner > nested + 0.04);
}

TEST_CASE("Weights reach the inner folds, their models and their scores") {
  // Weight 0 on the rows that contradict: k = 1 is perfect without them.
  Matrix x(80, 1);
  Labels y(80);
  Vector weights = Vector::Ones(80);
  for (Index i = 0; i < 80; ++i) {
    x(i, 0) = static_cast<double>(i / 2);
    y(i) = static_cast<int>((i / 20) % 2);
    if (i % 10 == 3) {
      y(i) = 1 - y(i);
      weights(i) = 0;
    }
  }
  const Dataset data(x, y);
  const double plain = search(KNeighborsClassifier(), data, knn_search(30)).trials[0].score;
  const double weighted =
      search(KNeighborsClassifier(), data.with_weights(weights), knn_search(30)).trials[0].score;
  CHECK(weighted > plain + 0.05);
}

TEST_CASE("The best so far is of trials that saw all rows") {
  const double nan = std::nan("");
  SearchResult result = made_up({0.5, 0.9, nan, 0.7, 0.8}, true);
  result.trials[0].resource = 0.5;
  result.trials[1].resource = 1.0 / 3;
  const std::vector<double> curve = best_so_far(result);
  REQUIRE(curve.size() == 5);
  for (int i = 0; i < 3; ++i) CHECK(std::isnan(curve[static_cast<std::size_t>(i)]));
  CHECK(curve[3] == 0.7);
  CHECK(curve[4] == 0.8);
  CHECK(best_so_far(made_up({3, 5, 2, 4}, false)) == std::vector<double>{3, 3, 2, 2});
}

TEST_CASE("The expected best of n trials is that of all possible draws") {
  const std::vector<double> scores = {0.3, 0.9, 0.5, 0.5, -1.0, 0.7};
  for (const bool greater : {true, false}) {
    const std::vector<double> curve = expected_best(made_up(scores, greater));
    REQUIRE(curve.size() == scores.size());
    for (std::size_t n = 1; n <= scores.size(); ++n)
      CHECK(curve[n - 1] == Approx(expected_by_enumeration(scores, n, greater)).epsilon(1e-12));
  }
  SearchResult mixed = made_up({0.3, std::nan(""), 0.9, 5}, true);
  mixed.trials[3].resource = 0.5;
  CHECK(expected_best(mixed).size() == 2);
  CHECK(expected_best(mixed)[1] == Approx(0.75 * 0.9 + 0.25 * 0.3));
}
