#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/temporary_folder.hpp"
#include "data/csv_writer.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "grove/preprocessing/standard_scaler.hpp"
#include "support/check.hpp"

using namespace grove;

namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// 30 rows, classes a and b in turn, or a target.
Dataset rows(bool classes) {
  Matrix x(30, 2);
  Labels labels(30);
  Vector target(30);
  for (Index i = 0; i < 30; ++i) {
    x(i, 0) = 0.1 * static_cast<double>(i * i);
    x(i, 1) = 1.0 / static_cast<double>(i + 1);
    labels(i) = static_cast<int>(i % 2);
    target(i) = static_cast<double>(i) / 3;
  }
  const Dataset data(std::move(x));
  return classes ? data.with_labels(labels, {"a", "b"}) : data.with_target(target);
}

/// Answers `value` for every row.
std::string constant(const std::string& value) {
  return "awk 'NR == 1 { print \"prediction\" } NR > 1 { print \"" + value +
         "\" }' \"$GROVE_TEST\" > \"$GROVE_PREDICTIONS\"";
}

/// Keeps the files that it gets under a name that is the number of the call.
std::string keeping(const std::string& folder) {
  return "cd '" + folder +
         "'; n=$(ls | wc -l); cp \"$GROVE_TRAIN\" $n.train; cp \"$GROVE_TEST\" "
         "$n.test; ";
}

}  // namespace

TEST_CASE("An external command gets the rows of each fold and no others") {
  const Dataset data = rows(true);
  const std::vector<Split> splits =
      Splitter(StratifiedKFold{.n_splits = 3, .shuffle = true, .seed = 4}).split(data);
  for (int contender = 0; contender < 2; ++contender) {
    const TemporaryFolder folder("grove-test");
    const ExternalModel model({.command = keeping(folder.path()) + constant("b")});
    const CrossValidation result =
        cross_validate_on(model, data, splits, {.keep_predictions = true}, {.threads = 1});
    CHECK(result.n_failed() == 0);
    CHECK(result.model == model.expression());
    CHECK(result.metrics == std::vector<std::string>{"accuracy", "balanced_accuracy"});
    CHECK(result.mean("accuracy") == 0.5);
    CHECK(result.out_of_fold.at(0).labels == Labels::Ones(30));
    for (std::size_t i = 0; i < splits.size(); ++i) {
      const std::string name = folder / std::to_string(2 * i);
      CHECK(text_of(name + ".train") == csv_text(data.take(splits[i].train)));
      CHECK(text_of(name + ".test") == csv_text(data.take(splits[i].test).without_target()));
    }
  }
}

TEST_CASE("A command's seconds, processor time, memory and work are its fold's") {
  const std::string work = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.2; ";
  const Dataset data = rows(true);
  const KFold cv{.n_splits = 2};
  const auto folds = [&](const Estimator& model) {
    CrossValidation result = cross_validate(model, data, {.cv = cv}, {.threads = 1});
    CHECK(result.n_failed() == 0);
    return std::move(result.folds);
  };
  for (const FoldResult& fold : folds(ExternalModel({.command = work + constant("a")}))) {
    REQUIRE(fold.external);
    CHECK(!fold.external->reported_seconds);
    CHECK(fold.external->seconds > 0.2);
    CHECK(fold.fit_seconds >= fold.external->seconds);
    CHECK(fold.fit_seconds < fold.external->seconds + 1);
    CHECK(fold.predict_seconds < 1);
    CHECK(fold.cpu_seconds > 0.005);
    CHECK(fold.cpu_seconds < fold.external->seconds);
    CHECK(fold.peak_bytes > 100000);
    CHECK(fold.work.empty());
  }
  const std::string told =
      "printf '{\"fit_seconds\": 0.05, \"predict_seconds\": 0.125, \"work\": {\"steps\": 7}}' > "
      "\"$GROVE_TIMING\"; ";
  const ExternalModel reporting({.command = work + told + constant("a")});
  for (const Estimator& model :
       {Estimator(reporting), Estimator(Pipeline(StandardScaler(), reporting))})
    for (const FoldResult& fold : folds(model)) {
      REQUIRE(fold.external);
      CHECK(fold.external->reported_seconds);
      CHECK(fold.fit_seconds >= 0.05);
      CHECK(fold.fit_seconds < 0.2);
      CHECK(fold.predict_seconds >= 0.125);
      CHECK(fold.predict_seconds < 0.3);
      CHECK(fold.work == WorkCounts{{"steps", 7}});
    }
}

TEST_CASE("The same command is a classifier or a regressor as the data have it") {
  const ExternalModel model({.command = constant("2.5")});
  const Dataset data = rows(false);
  const CrossValidation values = cross_validate(model, data);
  CHECK(values.n_failed() == 0);
  CHECK(values.metrics == std::vector<std::string>{"r2", "rmse", "mae"});
  CHECK(values.splitter.rfind("KFold", 0) == 0);
  CHECK(values.mean("r2") < 0);
  const CrossValidation scaled = cross_validate(Pipeline(StandardScaler(), model), data);
  CHECK(scaled.n_failed() == 0);
  CHECK(scaled.mean("rmse") == values.mean("rmse"));
  const CrossValidation classes = cross_validate(model, rows(true));
  CHECK(classes.n_failed() == 5);
  CHECK(classes.folds.at(0).error.find("expected one of the classes a and b, got '2.5'") !=
        std::string::npos);
  const auto curve = learning_curve(model, data, {.train_sizes = {0.5, 1.0}});
  CHECK(curve.size() == 2);
  CHECK(curve.back().result.n_failed() == 0);
  CHECK(curve.back().result.folds.at(0).train_scores.size() == 3);
}

TEST_CASE("Commands that run at once share the threads") {
  const auto told = [](int threads, int n_splits) {
    const TemporaryFolder folder("grove-test");
    const ExternalModel model({.command = "echo $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS >> '" +
                                          (folder / "said") + "'; " + constant("a")});
    const CrossValidation result = cross_validate(
        model, rows(true), {.cv = KFold{.n_splits = n_splits}}, {.threads = threads});
    CHECK(result.n_failed() == 0);
    for (const FoldResult& fold : result.folds)
      CHECK(std::to_string(fold.external->threads) == text_of(folder / "said").substr(0, 1));
    return text_of(folder / "said");
  };
  CHECK(told(1, 2) == "1 1\n1 1\n");
  CHECK(told(2, 3) == "1 1\n1 1\n1 1\n");
  CHECK(told(6, 2) == "3 3\n3 3\n");
}

TEST_CASE("A command that fails on one fold fails on it alone; a stop ends all") {
  const TemporaryFolder folder("grove-test");
  const ExternalModel model(
      {.command = "mkdir '" + (folder / "second") + "' || exit 5; " + constant("a")});
  const CrossValidation result =
      cross_validate(model, rows(true), {.cv = KFold{.n_splits = 3}}, {.threads = 1});
  CHECK(result.n_failed() == 2);
  CHECK(result.folds.at(0).error.empty());
  CHECK(result.folds.at(2).error.find("failed with exit code 5") != std::string::npos);
  CHECK(std::isnan(result.mean("accuracy")));
  std::stop_source source;
  const ExternalModel slow({.command = "exec sleep 100"});
  Context context{.threads = 1};
  context.stop = source.get_token();
  std::thread later([&] { source.request_stop(); });
  CHECK_THROWS_AS(cross_validate(slow, rows(true), {}, context), Cancelled);
  later.join();
}
