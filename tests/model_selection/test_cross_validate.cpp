#include <chrono>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "core/cpu_meter.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

/// Predicts the class of the nearest class mean.
struct NearestMean {
  Matrix means;
  void fit(const Dataset& data) {
    means = Matrix::Zero(data.n_classes(), data.n_columns());
    Vector counts = Vector::Constant(data.n_classes(), 1e-9);
    for (Index i = 0; i < data.n_rows(); ++i) {
      means.row(data.labels()(i)) += data.x().row(i);
      counts(data.labels()(i)) += 1;
    }
    means.array().colwise() /= counts.array();
  }
  Labels predict(MatrixView x) const {
    Labels labels(x.rows());
    for (Index i = 0; i < x.rows(); ++i)
      (means.rowwise() - x.row(i)).rowwise().squaredNorm().minCoeff(&labels(i));
    return labels;
  }
};

struct FailsOnFold {  // refuses training sets that hold the first row
  void fit(const Dataset& data) {
    if (data.x()(0, 0) == 0) throw InvalidData("the first row is not wanted", "leave it out");
  }
  Labels predict(MatrixView x) const { return Labels::Zero(x.rows()); }
};

struct MeanOf {
  double mean = 0;
  void fit(const Dataset& data) { mean = data.target().mean(); }
  Vector predict(MatrixView x) const { return Vector::Constant(x.rows(), mean); }
};

/// Sleeps and works in fit, for known times.
struct SleepsAndWorks {
  double sleep = 0;
  double work = 0;  // in each of 4 blocks of a parallel loop
  void fit(const Dataset&, const Context& context) {
    std::this_thread::sleep_for(std::chrono::duration<double>(sleep));
    parallel_for(context, 4, 1, [&](Index, Index) {
      const std::int64_t end = thread_nanoseconds() + static_cast<std::int64_t>(1e9 * work);
      while (thread_nanoseconds() < end) {
      }
    });
  }
  Labels predict(MatrixView x) const { return Labels::Zero(x.rows()); }
};

}  // namespace

TEST_CASE("A fold's processor time is its own, whatever runs beside it, and sleep is none") {
  const Dataset iris = datasets::load_iris();
  const CrossValidateOptions options{.cv = StratifiedKFold{.n_splits = 3}, .metrics = {"accuracy"}};
  for (const int threads : {1, 2, 4}) {
    INFO(threads);
    const Context context{.threads = threads};
    const CrossValidation lazy = cross_validate(SleepsAndWorks{0.03, 0}, iris, options, context);
    const CrossValidation busy = cross_validate(SleepsAndWorks{0, 0.02}, iris, options, context);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(lazy.folds[i].fit_seconds >= 0.03);
      CHECK(lazy.folds[i].cpu_seconds < 0.02);
      CHECK(busy.folds[i].cpu_seconds > 0.0799);
      CHECK(busy.folds[i].cpu_seconds < 0.12);
    }
  }
}

TEST_CASE("cross_validate scores every fold, with the same bits for any number of threads") {
  const Dataset iris = datasets::load_iris();
  const CrossValidateOptions options{
      .cv = StratifiedKFold{.n_splits = 5, .shuffle = true, .seed = 1},
      .train_scores = true,
      .keep_estimators = true,
      .keep_predictions = true};
  const CrossValidation one = cross_validate(NearestMean{}, iris, options, {.threads = 1});
  REQUIRE(one.folds.size() == 5);
  CHECK(one.metrics == std::vector<std::string>{"accuracy", "balanced_accuracy"});
  CHECK(one.mean("accuracy") > 0.88);
  CHECK(one.std("accuracy") > 0);
  CHECK(one.n_failed() == 0);
  CHECK(one.folds[0].train_scores.size() == 2);
  CHECK(one.folds[0].estimator.has_value());
  Index right = 0;
  for (Index i = 0; i < iris.n_rows(); ++i)
    right += one.out_of_fold[0].labels(i) == iris.labels()(i) ? 1 : 0;
  CHECK(static_cast<double>(right) / 150 == Approx(one.mean("accuracy")));
  for (const int threads : {2, 4}) {
    const CrossValidation many = cross_validate(NearestMean{}, iris, options, {.threads = threads});
    CHECK(many.scores("accuracy") == one.scores("accuracy"));
    CHECK(many.splits_sha256 == one.splits_sha256);
  }
}

TEST_CASE("A fold that fails is recorded, counted and shown") {
  const Dataset data(Matrix(Vector::LinSpaced(10, 0, 9)),
                     std::vector<std::string>{"a", "b", "a", "b", "a", "b", "a", "b", "a", "b"});
  const CrossValidation result = cross_validate(FailsOnFold{}, data, {.cv = KFold{.n_splits = 5}});
  CHECK(result.n_failed() == 4);
  CHECK(result.folds[0].error.empty());
  CHECK(result.folds[1].error == "the first row is not wanted");
  CHECK(result.folds[1].hint == "leave it out");
  CHECK(std::isnan(result.mean("accuracy")));
  std::ostringstream text;
  text << result;
  CHECK(text.str().find("failed: the first row is not wanted") != std::string::npos);
  CHECK(text.str().find("4 of 5 folds failed") != std::string::npos);
}

TEST_CASE("Scorers of the user's and metrics by name") {
  const Dataset data(Matrix(Matrix::Zero(10, 1)), Vector(Vector::LinSpaced(10, 0, 9)));
  const Scorer bias("bias", metrics::MetricInput::values, false, [](const metrics::Predictions& p) {
    return std::abs((*p.values - *p.target).mean());
  });
  const CrossValidation result =
      cross_validate(MeanOf{}, data, {.cv = KFold{.n_splits = 2}, .metrics = {"mae", bias}});
  CHECK(result.mean("bias") == Approx(5));
  CHECK(message_of([&] { (void)result.mean("maa"); }) ==
        "cross_validate: metric 'maa' was not computed; did you mean 'mae'?");
  CHECK(message_of([&] { (void)Scorer("acuracy"); }).find("did you mean 'accuracy'?") !=
        std::string::npos);
  const CrossValidation wrong =
      cross_validate(MeanOf{}, data, {.cv = KFold{.n_splits = 2}, .metrics = {"accuracy"}});
  CHECK(wrong.folds[0].error == "metric 'accuracy' judges classes, but MeanOf is a regressor");
}

TEST_CASE("The JSON of a cross-validation has the documented keys and full precision") {
  const CrossValidation result = cross_validate(NearestMean{}, datasets::load_wine());
  const auto json = nlohmann::json::parse(to_json({result}, 7));
  CHECK(json["dataset"]["name"] == "wine");
  CHECK(json["dataset"]["n_rows"] == 178);
  CHECK(json["dataset"]["fingerprint"] == result.fingerprint);
  CHECK(json["seed"] == 7);
  CHECK(json["splits_sha256"] == result.splits_sha256);
  CHECK(json["models"][0]["folds"][2]["scores"]["accuracy"].get<double>() ==
        result.folds[2].scores[0]);
  CHECK(json["models"][0]["mean"]["accuracy"].get<double>() == result.mean("accuracy"));
  for (const char* key : {"repeat", "fold", "n_train", "n_test", "fit_seconds", "predict_seconds",
                          "cpu_seconds", "peak_bytes", "work", "error"})
    CHECK(json["models"][0]["folds"][0].contains(key));
  for (const char* key : {"version", "commit", "compiler", "flags", "cpu", "threads"})
    CHECK(json["environment"].contains(key));
}

TEST_CASE("Progress counts the folds") {
  std::vector<std::int64_t> seen;
  Context context{.threads = 2};
  context.progress = [&](const Progress& progress) { seen.push_back(progress.done); };
  (void)cross_validate(NearestMean{}, datasets::load_iris(), {}, context);
  CHECK(seen == std::vector<std::int64_t>{1, 2, 3, 4, 5});
}

TEST_CASE("A learning curve grows") {
  const auto curve =
      learning_curve(NearestMean{}, datasets::load_iris(), {.train_sizes = {0.1, 1.0}});
  REQUIRE(curve.size() == 2);
  CHECK(curve[0].result.folds[0].n_train == 12);
  CHECK(curve[1].result.folds[0].n_train == 120);
  CHECK(curve[0].result.folds[0].train_scores.size() == 2);
  CHECK(message_of([] {
          (void)learning_curve(NearestMean{}, datasets::load_iris(), {.train_sizes = {2}});
        }) == "learning_curve: train_sizes must be in (0, 1], got 2");
}
