#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <stop_token>

#include "compare/toys.hpp"
#include "core/base64.hpp"
#include "grove/compare/checkpoint.hpp"
#include "grove/compare/rerun.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "model_selection/fold_json.hpp"
#include "support/check.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using grove::testing::message_and_hint_of;
using grove::testing::message_of;
using grove::testing::TemporaryFile;
using Json = nlohmann::ordered_json;

namespace {

std::atomic<int> n_fits = 0;

/// NearestMean that counts its fits.
struct Counted {
  NearestMean model;
  void fit(const Dataset& data) {
    ++n_fits;
    model.fit(data);
  }
  Labels predict(MatrixView x) const { return model.predict(x); }
};

std::vector<Contender> field() {
  return {{"counted", Counted{}}, {"refuses", Refuses{}}, {"first", FirstClass{}}};
}

std::vector<Dataset> two_sets() { return {datasets::load_iris(), datasets::load_wine()}; }

/// A report without what two runs of the same plan may have otherwise.
Json without_times(const std::string& report) {
  Json json = Json::parse(report);
  for (Json& data : json["datasets"])
    for (Json& model : data["models"])
      for (Json& fold : model["folds"])
        for (const char* key : {"fit_seconds", "predict_seconds", "cpu_seconds", "peak_bytes"})
          fold.erase(key);
  json["environment"].erase("threads");
  return json;
}

std::string file_text(const TemporaryFile& file) {
  std::ifstream stream(file.path(), std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::size_t some(Rng& rng, std::size_t n) {
  return static_cast<std::size_t>(rng.below(static_cast<Index>(n)));
}

void replace(std::string& text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  text.replace(at, what.size(), by);
}

/// Runs until `n` folds are done, then stops.
void interrupt_after(std::int64_t n, CompareOptions options, const Checkpoint& checkpoint) {
  checkpoint.attach(options);
  std::stop_source source;
  std::int64_t done = 0;
  const auto inner = options.on_fold;
  options.on_fold = [&](const FoldKey& key, const FoldResult& fold, const PredictionSet& made) {
    inner(key, fold, made);
    if (++done == n) source.request_stop();
  };
  CHECK_THROWS_AS(compare(field(), two_sets(), options, {.threads = 1, .stop = source.get_token()}),
                  Cancelled);
}

}  // namespace

TEST_CASE("Base64 is that of RFC 4648 and refuses anything else") {
  const auto encoded = [](std::string_view text) {
    return to_base64({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  };
  CHECK(encoded("") == "");
  CHECK(encoded("f") == "Zg==");
  CHECK(encoded("fo") == "Zm8=");
  CHECK(encoded("foobar") == "Zm9vYmFy");
  for (const char* bad : {"Zg=", "Z===", "Zg==Zg==", "Z\n==", "Zm9v Zm9", "Zm9-", "====", "Zm!v"}) {
    INFO(bad);
    CHECK_FALSE(from_base64(bad));
  }
  const std::string large(7'654'321, 'x');  // more than one piece
  const auto bytes = from_base64(encoded(large));
  REQUIRE(bytes);
  CHECK(std::string(bytes->begin(), bytes->end()) == large);
}

TEST_CASE("A finished fold comes back from JSON with every bit") {
  FoldResult fold;
  fold.repeat = 2;
  fold.fold = 3;
  fold.n_train = 7;
  fold.n_test = 2;
  fold.scores = {0.1 + 0.2, -0.0, std::numeric_limits<double>::infinity(), 5e-324};
  fold.train_scores = {-std::numeric_limits<double>::infinity()};
  fold.fit_seconds = 1.25;
  fold.cpu_seconds = 2.5;
  fold.peak_bytes = std::numeric_limits<std::uint64_t>::max();
  fold.work = {{"distance_evaluations", 1ULL << 63}};
  fold.hint = "h";
  SearchResult search;
  search.method = "random:2";
  search.seed = 9;
  search.space = {{"a", log_reals(0.1, 10)}, {"b", choices({"uniform", 3, Value()})}};
  search.trials.resize(2);
  search.trials[0].params = {{"a", 0.3}, {"b", Value("uniform")}};
  search.trials[0].resource = 0.5;
  search.trials[0].score = std::numeric_limits<double>::quiet_NaN();
  search.trials[0].error = "no";
  search.trials[1].params = {{"a", 1.0}, {"b", Value()}};
  search.trials[1].score = 0.7;
  search.best = 1;
  fold.search = std::make_shared<const SearchResult>(search);
  PredictionSet made;
  made.labels = Labels{{1, 0}};
  made.proba = Matrix{{0.1, 0.9}, {1.0 / 3, 2.0 / 3}};
  made.values = Vector{{std::numeric_limits<double>::quiet_NaN(), 1e300}};

  const std::string text = finished_fold_json(fold, made).dump();
  const std::string name = "test";
  const Json json = parse_json(text, name);
  const FinishedFold back = finished_fold_from(JsonReader(json, name));
  CHECK(finished_fold_json(back.result, back.predictions).dump() == text);
  CHECK(back.result.scores == fold.scores);
  CHECK(std::signbit(back.result.scores[1]));
  CHECK(back.result.work == fold.work);
  CHECK(back.predictions.labels == made.labels);
  CHECK(back.predictions.proba == made.proba);
  CHECK(std::isnan(back.predictions.values(0)));
  REQUIRE(back.result.search);
  CHECK(back.result.search->space == search.space);
  CHECK(back.result.search->trials[1].params == search.trials[1].params);
  CHECK(std::isnan(back.result.search->trials[0].score));
}

TEST_CASE("A plan is hashed by what is decided, not by where the data lie") {
  const std::vector<Dataset> data = two_sets();
  const Plan plan = plan_of(field(), data, {.n_repeats = 2, .seed = 7});
  CHECK(plan_sha256(plan).size() == 64);
  REQUIRE(plan.datasets.size() == 2);
  CHECK(plan.datasets[0].n_splits == 10);
  CHECK(plan.datasets[1].metrics == std::vector<std::string>{"accuracy", "balanced_accuracy"});
  CHECK(plan.datasets[0].columns.back().name == "species");

  const TemporaryFile file("plan.json", to_json(plan));
  CHECK(plan_sha256(read_plan(file.path())) == plan_sha256(plan));
  Plan moved = plan;
  moved.datasets[0].source = "elsewhere/iris.csv";
  moved.datasets[0].reading = {{"na", {"?"}}};
  CHECK(plan_differences(plan, moved).empty());

  CHECK(plan_differences(plan, plan_of(field(), data, {.n_repeats = 2, .seed = 8})) ==
        std::vector<std::string>{
            "the folds of iris are others (RepeatedStratifiedKFold(n_splits=5, n_repeats=2, "
            "seed=7), RepeatedStratifiedKFold(n_splits=5, n_repeats=2, seed=8))",
            "the folds of wine are others (RepeatedStratifiedKFold(n_splits=5, n_repeats=2, "
            "seed=7), RepeatedStratifiedKFold(n_splits=5, n_repeats=2, seed=8))",
            "the seed was 7 and is 8"});
  CHECK(plan_differences(plan,
                         plan_of({field()[0], field()[1], {"second", FirstClass{}}}, data,
                                 {.n_repeats = 2, .seed = 7, .metrics = {"mcc", "accuracy"}})) ==
        std::vector<std::string>{"the deciding metric of iris was accuracy and is mcc",
                                 "the deciding metric of wine was accuracy and is mcc",
                                 "contender 'first' was removed", "contender 'second' was added"});
  Plan other = plan;
  std::swap(other.contenders[0], other.contenders[1]);
  CHECK(plan_differences(plan, other) ==
        std::vector<std::string>{"the order of data sets or contenders is another"});
  other = plan;
  other.contenders[0].params = {{"n", 3}};
  CHECK(plan_differences(plan, other) ==
        std::vector<std::string>{"parameter n of contender 'counted' is new: 3"});
}

TEST_CASE("Changed data are told by column") {
  const Dataset iris = datasets::load_iris();
  Matrix x = iris.x();
  x(17, 2) += 0.1;
  const auto planned = [](const Dataset& data) {
    return plan_of({{"first", FirstClass{}}}, {data}, {}).datasets.front();
  };
  CHECK(data_differences(planned(iris), planned(iris.with_x(x, iris.columns()))) ==
        std::vector<std::string>{"column 'petal_length' has other values"});
  CHECK(data_differences(planned(iris),
                         planned(iris.with_x(x.leftCols(3), {iris.columns()[0], iris.columns()[1],
                                                             iris.columns()[2]}))) ==
        std::vector<std::string>{"the number of columns was 4 and is 3",
                                 "column 'petal_length' has other values",
                                 "column 'petal_width' was removed"});
  std::vector<Index> rows;
  for (Index i = 0; i < 149; ++i) rows.push_back(i);
  CHECK(data_differences(planned(iris), planned(iris.take(rows))) ==
        std::vector<std::string>{"the number of rows was 150 and is 149"});
  Labels labels = iris.labels();
  labels(0) = 2;
  CHECK(data_differences(planned(iris),
                         planned(iris.with_labels(labels, iris.class_names(), "species"))) ==
        std::vector<std::string>{"column 'species' has other values"});
}

TEST_CASE("A comparison goes on from its checkpoint and ends with the same report") {
  const CompareOptions options{.n_repeats = 2};
  const std::string whole = to_json(compare(field(), two_sets(), options, {.threads = 2}));
  const Plan plan = plan_of(field(), two_sets(), options);
  for (const std::int64_t stop_at : {1, 4, 13, 47}) {
    const TemporaryFile file("run.checkpoint");
    {
      const Checkpoint checkpoint(file.path(), plan);
      CHECK(checkpoint.n_folds() == 80);
      interrupt_after(stop_at, options, checkpoint);
      CHECK(checkpoint.n_done() >= static_cast<std::size_t>(stop_at));
    }
    std::ofstream(file.path(), std::ios::app) << R"({"dataset":0,"contender":"cou)";
    const Checkpoint checkpoint(file.path(), plan);
    CompareOptions again = options;
    checkpoint.attach(again);
    const std::size_t found = checkpoint.n_found();
    CHECK(found >= static_cast<std::size_t>(stop_at));
    n_fits = 0;
    const Comparison finished = compare(field(), two_sets(), again, {.threads = 2});
    // Of each data set's 40 folds the first 10 are its.
    const int n = static_cast<int>(found);
    CHECK(n_fits == 20 - std::min(n, 10) - std::clamp(n - 40, 0, 10));
    CHECK(without_times(to_json(finished)) == without_times(whole));
    CHECK(finished.datasets[0].standings[0].result.out_of_fold[1].labels.minCoeff() == 0);
    CHECK(checkpoint.n_done() == 80);
    checkpoint.remove();
    CHECK_FALSE(std::filesystem::exists(file.path()));
  }
}

TEST_CASE("A checkpoint of anything else is refused by name") {
  const Plan plan = plan_of(field(), two_sets(), {});
  const TemporaryFile file("run.checkpoint");
  {
    const Checkpoint checkpoint(file.path(), plan);
    CHECK(message_of([&] {
            Checkpoint(file.path(), plan);
          }).find("is in use by a run that is not over") != std::string::npos);
    interrupt_after(2, {}, checkpoint);
  }
  const std::string good = file_text(file);
  const auto refusal = [&](const std::string& text, const Plan& with) {
    std::ofstream(file.path(), std::ios::binary) << text;
    return message_and_hint_of([&] { Checkpoint(file.path(), with); });
  };
  CHECK(refusal(good, plan_of(field(), two_sets(), {.metrics = {"mcc"}})) ==
        "the checkpoint '" + file.path() +
            "' belongs to another comparison: the deciding metric of iris was accuracy and is mcc; "
            "the deciding metric of wine was accuracy and is mcc\nhint: remove " +
            file.path() + " to begin anew, or name another file");
  std::string edited = good;
  replace(edited, R"("commit":")", R"("commit":"z)");
  CHECK(refusal(edited, plan).find("was made by another build: its commit is z") !=
        std::string::npos);
  edited = good;
  replace(edited, R"("seed":0)", R"("seed":1)");
  CHECK(refusal(edited, plan).find(", line 1: plan was changed after it was written") !=
        std::string::npos);
  edited = good;
  replace(edited, R"("split":0)", R"("split":5)");
  CHECK(refusal(edited, plan).find("line 2: split must be an integer in 0..4, got 5") !=
        std::string::npos);
  edited = good;
  replace(edited, R"("contender":"counted")", R"("contender":"uncounted")");
  CHECK(refusal(edited, plan).find("names no contender of the plan: uncounted") !=
        std::string::npos);
  CHECK(refusal("{}\n", plan).find("is not a grove comparison checkpoint") != std::string::npos);
  CHECK(refusal("not json\n", plan).find("this is not JSON") != std::string::npos);

  // A fold that no run of the plan could have made.
  edited = good;
  replace(edited, R"("n_test":30)", R"("n_test":31)");
  std::ofstream(file.path(), std::ios::binary) << edited;
  const Checkpoint checkpoint(file.path(), plan);
  CompareOptions options;
  checkpoint.attach(options);
  CHECK(message_of([&] {
          (void)compare(field(), two_sets(), options);
        }).find("does not fit: it is of another split") != std::string::npos);
}

TEST_CASE("No damage to a checkpoint does more than an error") {
  const Plan plan = plan_of(field(), two_sets(), {});
  const TemporaryFile file("run.checkpoint");
  interrupt_after(3, {}, Checkpoint(file.path(), plan));
  const std::string good = file_text(file);
  Rng rng(5);
  int opened = 0, refused = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    std::string text = good;
    if (i % 2 == 0) {
      text.resize(some(rng, text.size()));
    } else {
      text[some(rng, text.size())] = static_cast<char>(rng.below(256));
    }
    std::ofstream(file.path(), std::ios::binary) << text;
    try {
      const Checkpoint checkpoint(file.path(), plan);
      CompareOptions options;
      checkpoint.attach(options);
      (void)compare(field(), two_sets(), options, {.threads = 1});
      ++opened;
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(opened > 100);  // cut off in a line: goes on from the line before
  CHECK(refused > 20);
}

TEST_CASE("Reports are compared value by value, times apart") {
  const Comparison comparison = compare(field(), {datasets::load_iris()}, {});
  const std::string report = to_json(comparison);
  const std::string second = to_json(compare(field(), {datasets::load_iris()}, {}, {.threads = 1}));
  const ReportComparison same = compare_reports(report, second);
  CHECK(same.equal());
  CHECK(same.same_build);
  CHECK(same.n_folds == 20);
  CHECK(same.n_scores == 30);  // failed folds have none
  CHECK(same.n_close == 0);

  Json edited = Json::parse(report);
  edited["datasets"][0]["models"][0]["folds"][3]["scores"]["accuracy"] = 0.5;
  edited["datasets"][0]["models"][1]["folds"][0]["error"] = "another";
  edited["datasets"][0]["models"][2]["folds"][0]["work"]["steps"] = 3;
  edited["datasets"][0]["tests"][0]["p_value"] = 0.25;
  edited["ranks"]["counted"] = 2.0;
  const ReportComparison other = compare_reports(edited.dump(), report);
  CHECK_FALSE(other.equal());
  REQUIRE(other.differences.size() == 5);
  CHECK(other.differences[0].place == "iris > counted > fold 0/3 > scores > accuracy");
  CHECK(other.differences[0].before == "0.5");
  CHECK(other.differences[1].place == "iris > refuses > fold 0/0 > error");
  CHECK(other.differences[1].now == "\"Refuses: column 'a<b' has 3 missing values\"");
  CHECK(other.differences[2].place == "iris > first > fold 0/0 > work > steps");
  CHECK(other.differences[2].now == "missing");
  CHECK(other.differences[3].place == "iris > tests > first against counted > p_value");
  CHECK(other.differences[4].place == "ranks > counted");
}

TEST_CASE("Between builds numbers may differ in their last bits, and nothing else") {
  const std::string report = to_json(compare(field(), {datasets::load_iris()}, {}));
  Json edited = Json::parse(report);
  Json& score = edited["datasets"][0]["models"][0]["folds"][1]["scores"]["accuracy"];
  const double value = score;
  score = std::nextafter(value, 2);
  CHECK(compare_reports(edited.dump(), report).differences.size() == 1);
  edited["environment"]["compiler"] = "another";
  const ReportComparison close = compare_reports(edited.dump(), report);
  CHECK(close.equal());
  CHECK(close.n_close == 1);
  CHECK(close.largest_relative > 0);
  CHECK(close.largest_relative < 1e-15);
  REQUIRE(close.environment.size() == 1);
  CHECK(close.environment[0].find("compiler: was another, is ") == 0);
  score = value * (1 + 1e-11);
  CHECK_FALSE(compare_reports(edited.dump(), report).equal());
}

TEST_CASE("A report that is none, of a later version or edited is refused by name") {
  const std::string good = to_json(compare(field(), {datasets::load_iris()}, {}));
  const TemporaryFile file("report.json");
  const auto refusal = [&](const std::string& text) {
    std::ofstream(file.path(), std::ios::binary) << text;
    const std::string message = message_of([&] { (void)read_comparison(file.path()); });
    return message.substr(std::min(message.size(), file.path().size()));
  };
  CHECK_NOTHROW(refusal(good));
  CHECK(read_comparison(file.path()).plan.contenders.size() == 3);
  CHECK(refusal("{}") == ": is not a grove comparison: it has no 'format'");
  CHECK(refusal("[1]") == ": is not a grove comparison: it has no 'format'");
  CHECK(refusal("{\n \"a\": }") == ":2:7: this is not JSON");
  CHECK(refusal("") == ":1:1: this is not JSON");
  CHECK(refusal(to_json(plan_of(field(), {datasets::load_iris()}, {}))) ==
        ": is a 'grove comparison plan', not a grove comparison");
  Json edited = Json::parse(good);
  edited["format_version"] = 2;
  edited["environment"]["version"] = "9.1";
  CHECK(refusal(edited.dump()) ==
        ": was written in version 2 of the format by grove 9.1, and this grove reads version 1");
  edited = Json::parse(good);
  edited["plan"]["seed"] = 5;
  CHECK(refusal(edited.dump()) ==
        ": plan was changed after it was written: plan_sha256 is that of another plan");
  edited["plan"]["seed"] = "five";
  CHECK(refusal(edited.dump()) == ": plan.seed must be a count, got \"five\"");
  edited["plan"]["datasets"][0]["columns"][1] = 3;
  CHECK(refusal(edited.dump()) == ": plan.datasets[0].columns[1] must be an object, got 3");
  edited = Json::parse(good);
  edited["datasets"][0]["models"][1]["folds"] = {{"a", 1}};
  CHECK(refusal(edited.dump()) == ": datasets[0].models[1].folds must be a list, got an object");
  CHECK(refusal(std::string(100'000, '[')).find("more than 64 nested levels") != std::string::npos);
}

TEST_CASE("No damage to a report does more than an error") {
  const std::string good = to_json(compare({{"first", FirstClass{}}}, {datasets::load_iris()}, {}));
  const TemporaryFile file("report.json");
  Rng rng(11);
  int n_refused = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    std::string text = good;
    if (i % 4 == 0) {
      text.resize(some(rng, text.size()));
    } else {
      text[some(rng, text.size())] = static_cast<char>(rng.below(256));
    }
    std::ofstream(file.path(), std::ios::binary) << text;
    try {
      (void)read_comparison(file.path());
      (void)compare_reports(text, good);
    } catch (const Error&) {
      ++n_refused;
    }
  }
  CHECK(n_refused > 150);
}

TEST_CASE("What the program's own hooks throw ends the comparison") {
  CompareOptions options;
  options.on_fold = [](const FoldKey& key, const FoldResult&, const PredictionSet&) {
    if (key.dataset == 1 && key.contender == "first") throw Error("the disk is full");
  };
  CHECK(message_of([&] { (void)compare(field(), two_sets(), options); }) == "the disk is full");
}
