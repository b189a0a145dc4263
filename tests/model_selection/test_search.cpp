#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stop_token>

#include "grove/baseline/ridge.hpp"
#include "grove/boosting/gradient_boosting_ranker.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "grove/tree/decision_tree.hpp"
#include "model_selection/search/trial_runner.hpp"
#include "model_selection/search_toys.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

double cost_of(const SearchResult& result) {
  double cost = 0;
  for (const Trial& trial : result.trials) cost += trial.resource;
  return cost;
}

/// All but the seconds, bit for bit.
void check_equal(const SearchResult& a, const SearchResult& b) {
  REQUIRE(a.trials.size() == b.trials.size());
  for (std::size_t i = 0; i < a.trials.size(); ++i) {
    CHECK(a.trials[i].params == b.trials[i].params);
    CHECK(a.trials[i].resource == b.trials[i].resource);
    const bool same = a.trials[i].score == b.trials[i].score ||
                      (std::isnan(a.trials[i].score) && std::isnan(b.trials[i].score));
    CHECK(same);
    CHECK(a.trials[i].work == b.trials[i].work);
    CHECK(a.trials[i].error == b.trials[i].error);
  }
  CHECK(a.best == b.best);
}

template <class Body>
std::string complaint(const Body& body) {
  return message_and_hint_of(body);
}

}  // namespace

TEST_CASE("Every method finds the best point of a small finite space and keeps its budget") {
  const Dataset data = toy_data();
  for (const SearchMethod method : all_methods) {
    SearchOptions options = toy_search(method, 60);
    options.space = finite_toy_space();
    toy_fits = 0;
    toy_rows = 0;
    const SearchResult result = search(Toy{}, data, options);
    INFO(result.method);
    const Trial& best = result.trials[result.best];
    CHECK(best.params == ParamValues{{"k", 7}, {"mode", "good"}});
    CHECK(best.resource == 1);
    // Counted by the model itself: one fit per trial and fold, rows as the cost says.
    CHECK(toy_fits == static_cast<int>(3 * result.trials.size()));
    CHECK(static_cast<double>(toy_rows.load()) / (2.0 * 243) ==
          Approx(cost_of(result)).epsilon(0.02));
    CHECK(cost_of(result) <= 60 + 1e-9);
    CHECK(result.trials.front().params == ParamValues{{"k", 1}, {"mode", "plain"}});
    CHECK(result.trials.front().resource == 1);
  }
}

TEST_CASE("A budget of evaluations is spent and never exceeded") {
  const Dataset data = toy_data();
  for (const SearchMethod method : all_methods)
    for (const double budget : {1.0, 2.0, 7.5, 30.0}) {
      const SearchResult result = search(Toy{}, data, toy_search(method, budget));
      INFO(result.method);
      CHECK(cost_of(result) <= budget + 1e-9);
      if (method == SearchMethod::random || method == SearchMethod::tpe)
        CHECK(static_cast<double>(result.trials.size()) == std::floor(budget));
    }
}

TEST_CASE("The answer of a search is the same for any number of threads") {
  const Dataset data = datasets::load_iris();
  const Pipeline model(StandardScaler{}, DecisionTreeClassifier());
  for (const SearchMethod method : all_methods) {
    SearchOptions options;
    options.method = method;
    options.budget = {.evaluations = 15};
    options.space = SearchSpace{{"decisiontreeclassifier__max_depth", integers(1, 6)},
                                {"decisiontreeclassifier__min_samples_leaf", log_integers(1, 30)}};
    options.metric = "log_loss";
    options.seed = 4;
    const SearchResult one = search(model, data, options, {.threads = 1});
    for (const int threads : {2, 3})
      check_equal(one, search(model, data, options, {.threads = threads}));
  }
}

TEST_CASE("A search that was interrupted goes on as if it had not been") {
  const Dataset data = toy_data();
  for (const SearchMethod method : all_methods) {
    SearchOptions options = toy_search(method, 12);
    options.space = SearchSpace{
        {"a", reals(-1, 1)}, {"k", integers(1, 12)}, {"mode", choices({"plain", "good", "bad"})}};
    options.seed = 5;
    std::vector<Trial> journal;
    options.on_trial = [&](const Trial& trial) { journal.push_back(trial); };
    const SearchResult whole = search(Toy{}, data, options, {.threads = 3});
    INFO(whole.method);
    REQUIRE(journal.size() == whole.trials.size());
    for (std::size_t i = 0; i < journal.size(); ++i) {
      CHECK(journal[i].params == whole.trials[i].params);
      CHECK(journal[i].resource == whole.trials[i].resource);
    }
    for (const std::size_t kept :
         {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{7}, whole.trials.size()}) {
      SearchOptions again = options;
      again.done = whole;
      again.done->trials.resize(std::min(kept, whole.trials.size()));
      const std::size_t n_done = again.done->trials.size();
      std::size_t n_new = 0;
      again.on_trial = [&](const Trial&) { ++n_new; };
      toy_fits = 0;
      check_equal(whole, search(Toy{}, data, again));
      CHECK(n_new == whole.trials.size() - n_done);
      CHECK(toy_fits == static_cast<int>(3 * n_new));
    }
  }
}

TEST_CASE("Trials of another search are refused, and the difference is named") {
  const Dataset data = toy_data();
  const SearchOptions options = toy_search(SearchMethod::random, 5);
  const SearchResult done = search(Toy{}, data, options);
  const auto complaint_with = [&](auto change) {
    SearchOptions other = options;
    other.done = done;
    change(other);
    return message_of([&] { search(Toy{}, data, other); });
  };
  CHECK(complaint_with([](SearchOptions&) {}) == "nothing thrown");
  CHECK(complaint_with([](SearchOptions& o) { o.budget.evaluations = 9; }) == "nothing thrown");
  CHECK(complaint_with([](SearchOptions& o) { o.seed = 1; }) ==
        "TunedModel: the trials to go on from are of another seed: 0, not 1");
  CHECK(complaint_with([](SearchOptions& o) { o.method = SearchMethod::tpe; }) ==
        "TunedModel: the trials to go on from are of another method: random, not tpe");
  CHECK(complaint_with([](SearchOptions& o) { o.metric = "rmse"; }) ==
        "TunedModel: the trials to go on from are of another metric: value, not rmse");
  CHECK(complaint_with([](SearchOptions& o) { o.space = finite_toy_space(); }) ==
        "TunedModel: the trials to go on from are of another search space");
  CHECK(complaint_with([](SearchOptions& o) {
          o.cv = KFold{.n_splits = 4};
        }).find("of another way to make folds: KFold(n_splits=3") != std::string::npos);
  CHECK(complaint_with([](SearchOptions& o) { o.done->trials[2].params[0].second = 0.5; }) ==
        "TunedModel: trial 2 of those to go on from is not what random:5 asks for");
  SearchOptions other = options;
  other.done = done;
  CHECK(message_of([&] { search(Toy{{.k = 2}}, data, other); }) ==
        "TunedModel: the trials to go on from are of another model: Toy(), not Toy(k=2)");
  CHECK(message_of([&] {
          search(Toy{}, toy_data(100), other);
        }).find("are of another data set: ") != std::string::npos);
  SearchOptions grid = toy_search(SearchMethod::grid, 5);
  grid.done = search(Toy{}, data, grid);
  grid.budget.evaluations = 50;
  CHECK(complaint([&] { search(Toy{}, data, grid); }) ==
        "TunedModel: trial 2 of those to go on from is not what grid:50 asks for\nhint: they were "
        "made by grid:5; give the same budget");
}

TEST_CASE("Scores of a grid search are scikit-learn's on the same folds") {
  const nlohmann::json reference = grove::testing::reference("search");
  const Labels fold = to_labels(reference.at("fold"));
  const PredefinedSplit cv{{std::vector<int>(fold.begin(), fold.end())}};
  const Matrix x = to_matrix(reference.at("x"));
  SearchOptions options;
  options.method = SearchMethod::grid;
  options.cv = cv;
  const auto check = [&](const SearchResult& result, const nlohmann::json& expected, double sign,
                         double tolerance) {
    std::size_t n_found = 0;
    for (const Trial& trial : result.trials)
      for (std::size_t i = 0; i < expected.at("params").size(); ++i) {
        bool same = true;
        for (const auto& [name, value] : trial.params) {
          const nlohmann::json& theirs = expected.at("params")[i].at(name);
          same = same && (theirs.is_string() ? Value(theirs.get<std::string>()) == value
                          : value.get_if<double>() != nullptr
                              ? theirs.get<double>() == Approx(*value.get_if<double>())
                              : Value(theirs.get<std::int64_t>()) == value);
        }
        if (!same) continue;
        ++n_found;
        CHECK(close(sign * trial.score, to_double(expected.at("mean")[i]), tolerance));
        CHECK(close(trial.std, to_double(expected.at("std")[i]), tolerance));
      }
    CHECK(n_found == expected.at("params").size());
    CHECK(result.trials.size() == n_found);
    CHECK(close(sign * result.trials[result.best].score, to_double(expected.at("best_score")),
                tolerance));
  };
  options.budget = {.evaluations = 30};
  options.space =
      SearchSpace{{"n_neighbors", integers(1, 15)}, {"weights", choices({"uniform", "distance"})}};
  check(search(KNeighborsClassifier(), Dataset(x, to_labels(reference.at("y"))), options),
        reference.at("knn"), 1, 1e-12);
  options.budget = {.evaluations = 7};
  options.space = SearchSpace{{"alpha", log_reals(0.001, 1000)}};
  options.metric = "mae";
  const SearchResult ridge = search(Ridge(), Dataset(x, to_vector(reference.at("t"))), options);
  CHECK_FALSE(ridge.greater_is_better);
  check(ridge, reference.at("ridge"), -1, 1e-9);
}

TEST_CASE("A trial that fails is recorded and never wins; if all fail the first error is told") {
  const Dataset data = toy_data();
  for (const SearchMethod method : all_methods) {
    SearchOptions options = toy_search(method, 40);
    options.space = SearchSpace{{"k", integers(5, 20)}, {"mode", choices({"bad"})}};
    const SearchResult result = search(Toy{}, data, options);
    INFO(result.method);
    CHECK(result.trials[result.best].params == ParamValues{{"k", 7}, {"mode", "bad"}});
    int n_failed = 0;
    for (const Trial& trial : result.trials) {
      n_failed += trial.error.empty() ? 0 : 1;
      CHECK(trial.error.empty() == !std::isnan(trial.score));
      if (!trial.error.empty()) CHECK(trial.error == "Toy: bad mode takes no k above 10");
    }
    CHECK(n_failed > 0);
    if (method == SearchMethod::grid) continue;
    // Without a limit of evaluations, points that failed are not tried for ever.
    SearchOptions bounded = options;
    bounded.budget = {.work = 1000000};
    CHECK(search(Toy{}, data, bounded).trials.size() < 150);
    options.space = SearchSpace{{"k", integers(11, 20)}};
    const Toy hopeless{{.k = 30, .mode = ToyMode::bad}};
    std::vector<Trial> tried;
    options.on_trial = [&](const Trial& trial) { tried.push_back(trial); };
    CHECK_THROWS_AS(search(hopeless, data, options), InvalidParameter);
    CHECK(tried.size() > 1);
    CHECK(message_of([&] { search(hopeless, data, options); }) ==
          "Toy: bad mode takes no k above 10");
  }
  // A score that is no number is a failure too.
  SearchOptions options = toy_search(SearchMethod::random, 10);
  options.metric = Scorer("odd", metrics::MetricInput::values, true,
                          [](const metrics::Predictions& predictions) {
                            const double mean = predictions.values->mean();
                            return mean > -0.5 ? std::nan("") : mean;
                          });
  const SearchResult result = search(Toy{}, data, options);
  CHECK(result.trials[result.best].score <= -0.5);
  options.metric = Scorer("none", metrics::MetricInput::values, true,
                          [](const metrics::Predictions&) { return std::nan(""); });
  CHECK(
      complaint([&] { search(Toy{}, toy_data(), options); }) ==
      "TunedModel: all 10 trials failed; the first: none is not a number\nhint: a model that fails "
      "by itself cannot be tuned: cross-validate it first");
  int n_nan = 0;
  for (const Trial& trial : result.trials) n_nan += trial.error == "odd is not a number" ? 1 : 0;
  CHECK(n_nan > 0);
}

TEST_CASE("Of equal trials the earliest wins") {
  SearchOptions options = toy_search(SearchMethod::random, 20);
  options.metric = Scorer("same", metrics::MetricInput::values, true,
                          [](const metrics::Predictions&) { return 1.0; });
  CHECK(search(Toy{}, toy_data(), options).best == 0);
}

TEST_CASE("A search that is stopped throws, and its journal holds what was done, in order") {
  const Dataset data = toy_data();
  for (const SearchMethod method : {SearchMethod::random, SearchMethod::hyperband}) {
    const SearchResult whole = search(Toy{}, data, toy_search(method, 30));
    for (const int threads : {1, 3}) {
      std::stop_source stop;
      std::vector<Trial> journal;
      SearchOptions options = toy_search(method, 30);
      options.on_trial = [&](const Trial& trial) {
        journal.push_back(trial);
        if (journal.size() == 6) stop.request_stop();
      };
      bool cancelled = false;
      try {
        search(Toy{}, data, options, {.threads = threads, .stop = stop.get_token()});
      } catch (const Cancelled&) {
        cancelled = true;
      }
      // Other threads may be through with all trials before the sixth is told.
      CHECK((cancelled || threads > 1));
      CHECK(journal.size() >= 6);
      CHECK((journal.size() < whole.trials.size() || threads > 1));
      // Gone on with, it ends as the whole one does.
      SearchOptions rest = toy_search(method, 30);
      rest.done = whole;
      rest.done->trials = journal;
      check_equal(whole, search(Toy{}, data, rest));
    }
  }
}

TEST_CASE("A journal that cannot be written ends the search, and gets no later trial") {
  SearchOptions options = toy_search(SearchMethod::random, 40);
  for (const int threads : {1, 4}) {
    int n_calls = 0;
    options.on_trial = [&](const Trial&) {
      if (++n_calls == 5) throw InvalidData("the disk is full");
    };
    CHECK(message_of([&] { search(Toy{}, toy_data(), options, {.threads = threads}); }) ==
          "the disk is full");
    CHECK(n_calls == 5);
  }
}

TEST_CASE(
    "Shares of the rows are nested, keep the class shares, and whole groups where they count") {
  Labels classes(300), groups(300);
  for (Index i = 0; i < 300; ++i) {
    classes(i) = i % 10 == 0 ? 0 : i % 10 < 4 ? 1 : 2;
    groups(i) = static_cast<int>((i * 7) % 31);
  }
  const Dataset data = Dataset(Matrix(Matrix::Zero(300, 1)), classes).with_groups(groups);
  std::vector<Index> rows;
  for (Index i = 0; i < 300; i += 1) rows.push_back(i);
  const std::vector<Index> order = nested_order(data, rows, false, 3);
  CHECK(std::set<Index>(order.begin(), order.end()).size() == 300);
  CHECK(order != nested_order(data, rows, false, 4));
  for (const std::size_t n : {std::size_t{10}, std::size_t{33}, std::size_t{100}}) {
    double of_class[3] = {0, 0, 0};
    for (std::size_t i = 0; i < n; ++i) of_class[classes(order[i])] += 1;
    CHECK(std::abs(of_class[0] - 0.1 * static_cast<double>(n)) <= 1);
    CHECK(std::abs(of_class[1] - 0.3 * static_cast<double>(n)) <= 1);
  }
  const std::vector<Index> by_groups = nested_order(data, rows, true, 3);
  int n_changes = 0;
  for (std::size_t i = 1; i < by_groups.size(); ++i)
    n_changes += groups(by_groups[i]) != groups(by_groups[i - 1]) ? 1 : 0;
  CHECK(n_changes == 30);
}

TEST_CASE("A ranker is tuned on whole queries") {
  const Index n = 600;
  Rng rng(1);
  Matrix x(n, 3);
  Vector relevance(n);
  Labels queries(n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < 3; ++j) x(i, j) = rng.normal();
    relevance(i) = std::floor(std::clamp(x(i, 0) + 1.5, 0.0, 3.0));
    queries(i) = static_cast<int>(i / 10);
  }
  const Dataset data = Dataset(x, relevance).with_groups(queries);
  SearchOptions options;
  options.method = SearchMethod::halving;
  options.budget = {.evaluations = 6};
  options.space = SearchSpace{{"max_depth", integers(1, 4)}, {"learning_rate", log_reals(0.03, 1)}};
  const SearchResult result = search(GradientBoostingRanker({.n_estimators = 5}), data, options);
  CHECK(result.metric == "ndcg");
  CHECK(result.trials.size() > 6);
  for (const Trial& trial : result.trials) CHECK(trial.error.empty());
  CHECK(result.trials[result.best].score > 0.9);
}

TEST_CASE("A budget of work ends at the same trial for any number of threads") {
  const Dataset data = toy_data();
  for (const SearchMethod method : all_methods) {
    if (method == SearchMethod::grid) continue;
    SearchOptions options = toy_search(method, 0);
    options.budget = {.work = 5000};  // a full trial counts 3 x 162 rows
    const SearchResult one = search(Toy{}, data, options, {.threads = 1});
    INFO(one.method);
    std::uint64_t total = 0, before_last = 0;
    for (const Trial& trial : one.trials) {
      before_last = total;
      total += trial.work.at("toy_rows");
    }
    CHECK(before_last < 5000);
    CHECK(total >= 5000);
    check_equal(one, search(Toy{}, data, options, {.threads = 3}));
    // With both limits, the first one ends it.
    options.budget = {.evaluations = 4, .work = 5000};
    CHECK(cost_of(search(Toy{}, data, options)) <= 4 + 1e-9);
  }
}

TEST_CASE("A budget of work is refused for a model that counts none") {
  struct Silent {
    double shift = 0;
    void fit(const Dataset&) {}
    Vector predict(MatrixView x) const { return Vector::Constant(x.rows(), shift); }
    EstimatorKind kind() const { return EstimatorKind::regressor; }
    ParamValues param_values() const { return {{"shift", shift}}; }
    void set_param(std::string_view, const Value& value) { shift = *value.get_if<double>(); }
    Silent unfitted() const { return *this; }
    std::string expression() const { return "Silent()"; }
    Capabilities capabilities() const { return {}; }
    Vector predict_values(MatrixView x, const Context&) const { return predict(x); }
    bool has_predict_proba() const { return false; }
    const TrainedOn* trained_on() const { return nullptr; }
    const FitReport* report() const { return nullptr; }
  };
  SearchOptions options = toy_search(SearchMethod::random, 0);
  options.budget = {.work = 1000};
  options.space = SearchSpace{{"shift", reals(0, 1)}};
  CHECK(message_of([&] {
          search(Silent{}, toy_data(), options);
        }).find("TunedModel: a budget of work, but Silent() counted none in ") == 0);
}

TEST_CASE("Progress counts evaluations up to the budget") {
  for (const SearchMethod method : all_methods) {
    std::vector<Progress> seen;
    const Context context{.threads = 3, .progress = [&](const Progress& p) { seen.push_back(p); }};
    search(Toy{}, toy_data(), toy_search(method, 9), context);
    REQUIRE_FALSE(seen.empty());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      CHECK(seen[i].total == 9);
      CHECK(seen[i].done <= 9);
      if (i > 0) CHECK(seen[i].done >= seen[i - 1].done);
    }
  }
}

TEST_CASE("A budget of seconds ends a search that would not end") {
  SearchOptions options = toy_search(SearchMethod::tpe, 0);
  options.budget = {.seconds = 0.05};
  const SearchResult result = search(Toy{}, toy_data(), options);
  CHECK(result.trials.size() > 1);
  options.budget = {.seconds = 1e-9};
  CHECK(search(Toy{}, toy_data(), options).trials.size() == 1);
}

TEST_CASE("No group of the data is in two inner folds") {
  Labels groups(243), classes(243);
  for (Index i = 0; i < 243; ++i) groups(i) = static_cast<int>(i % 20);
  for (Index i = 0; i < 243; ++i) classes(i) = static_cast<int>(i % 2);
  const Dataset data = toy_data().with_groups(groups);
  CHECK(search(Toy{}, data, toy_search(SearchMethod::random, 2)).cv == "GroupKFold(n_splits=3)");
  SearchOptions options = toy_search(SearchMethod::random, 2);
  options.cv = KFold{.n_splits = 3};
  CHECK(
      complaint([&] { search(Toy{}, data, options); }) ==
      "TunedModel: KFold(n_splits=3, shuffle=false, seed=0) puts group 0 into both parts of inner "
      "fold 0\nhint: use GroupKFold or StratifiedGroupKFold, or leave cv to the default");
  const Dataset labelled = Dataset(Matrix(data.x()), classes).with_groups(groups);
  SearchOptions tree;
  tree.budget = {.evaluations = 2};
  tree.space = SearchSpace{{"max_depth", integers(1, 3)}};
  tree.seed = 8;
  CHECK(search(DecisionTreeClassifier(), labelled, tree).cv ==
        "StratifiedGroupKFold(n_splits=3, shuffle=true, seed=8)");
}

TEST_CASE("A search space is checked before anything runs") {
  const Dataset data = toy_data();
  const auto complaint_of = [&](SearchSpace space) {
    SearchOptions options = toy_search(SearchMethod::random, 5);
    options.space = std::move(space);
    toy_fits = 0;
    const std::string text = complaint([&] { search(Toy{}, data, options); });
    CHECK(toy_fits == 0);
    return text;
  };
  CHECK(
      complaint_of({{"kk", integers(1, 3)}}) ==
      "search space: Toy has no parameter 'kk'; did you mean 'k'?\nhint: there are a, k and mode");
  CHECK(complaint_of({{"k", integers(1, 3)}, {"k", integers(1, 3)}}) ==
        "search space: parameter 'k' is named twice");
  CHECK(complaint_of({{"k", integers(0, 3)}}) ==
        "Toy: parameter 'k' must be an integer >= 1, got 0\nhint: k: A whole number.");
  CHECK(complaint_of({{"k", reals(1, 3)}}) ==
        "Toy: parameter 'k' must be an integer >= 1, got 1.0\nhint: k: A whole number.");
  CHECK(complaint_of({{"a", reals(-1, 11)}}) ==
        "Toy: parameter 'a' must be a number in [-10, 10], got 11.0\nhint: a: A number.");
  CHECK(complaint_of({{"mode", choices({"good", "goood"})}}) ==
        "Toy: parameter 'mode' must be one of plain, good and bad, got goood\nhint: mode: A word.");
  CHECK(complaint_of({{"mode", choices({"good", "bad", "good"})}}) ==
        "search space: parameter 'mode' has the choice good twice");
  CHECK(complaint_of({{"a", reals(1, -1)}}) ==
        "search space: parameter 'a' has low 1 above high -1\nhint: exchange the two");
  CHECK(complaint_of({{"a", log_reals(0, 1)}}) ==
        "search space: parameter 'a' is logarithmic and must begin above 0, got 0\nhint: raise the "
        "low end, or make the range linear");
  CHECK(complaint_of({{"a", reals(0, std::numeric_limits<double>::infinity())}}) ==
        "search space: parameter 'a' needs finite ends, got 0..inf");
  CHECK(complaint_of({{"k", {.low = 1, .high = 2.5, .integer = true}}}) ==
        "search space: parameter 'k' is of integers and needs whole ends below 2^53, got 1..2.5");
  CHECK(message_of([&] {
          search(KMeans(), data, toy_search(SearchMethod::random, 5));
        }).find("TunedModel: KMeans is a clusterer") == 0);
  CHECK(message_of([&] { search(Toy{}, data, toy_search(SearchMethod::random, 0)); }) ==
        "TunedModel: the search has no budget");
  CHECK(message_of([&] { search(Toy{}, data, toy_search(SearchMethod::random, 0.5)); }) ==
        "TunedModel: a budget of evaluations must be at least 1, got 0.5");
  SearchOptions grid = toy_search(SearchMethod::grid, 0);
  grid.budget = {.seconds = 1};
  CHECK(message_of([&] { search(Toy{}, data, grid); }) ==
        "TunedModel: a grid search needs a budget of evaluations, at most 1000000");
  // An empty space: only the model as it is.
  SearchOptions none = toy_search(SearchMethod::tpe, 5);
  none.space = SearchSpace{};
  CHECK(search(Toy{}, data, none).trials.size() == 1);
}

TEST_CASE("METHOD:BUDGET is read and written") {
  for (const char* text : {"grid:100", "random:20", "tpe:30s", "halving:5000000000w",
                           "hyperband:12.5", "asha:50,30s", "random:10,2s,7w"})
    CHECK(to_text(parse_search(text)) == text);
  CHECK(parse_search("halving:5e9w").budget.work == 5000000000u);
  CHECK(parse_search("tpe:1.5s").budget.evaluations == 0);
  CHECK(parse_search("tpe:1.5s").method == SearchMethod::tpe);
  CHECK(complaint([] { parse_search("randm:20"); }) ==
        "search 'randm:20': there is no method 'randm'; did you mean 'random'?\nhint: methods are "
        "grid, random, halving, hyperband, asha and tpe");
  CHECK(message_of([] { parse_search("random"); }) == "search 'random' has no budget");
  for (const char* text :
       {"random:", "random:x", "random:-3", "random:0", "random:0.5", "random:20m", "random:nan",
        "random:inf", "random:3,4", "random:3,", "random:1s,2s", "random:0.5w", "random:1e30w"}) {
    INFO(text);
    CHECK(message_of([&] { parse_search(text); }).find("is not a budget") != std::string::npos);
  }
  CHECK(message_of([] { parse_search("grid:30s"); }) ==
        "search 'grid:30s': a grid needs a number of evaluations");
}
