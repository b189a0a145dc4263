#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>

#include "grove/baseline/linear_regression.hpp"
#include "grove/baseline/logistic_regression.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/inspection/permutation_importance.hpp"
#include "grove/metrics/regression.hpp"
#include "grove/model_selection/cross_validate.hpp"
#include "grove/preprocessing/one_hot_encoder.hpp"
#include "grove/preprocessing/simple_imputer.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::message_of;
using grove::testing::to_vector;

namespace {

/// Remembers what it is fitted on and asked about; predicts 3 c0 - c1.
struct Witness {
  struct Seen {
    std::mutex mutex;
    std::vector<Matrix> asked;
    std::vector<Matrix> fitted;
  };
  std::shared_ptr<Seen> seen = std::make_shared<Seen>();

  void fit(const Dataset& data) {
    const std::scoped_lock lock(seen->mutex);
    seen->fitted.push_back(data.x());
  }
  Vector predict(const MatrixView& x) const {
    const std::scoped_lock lock(seen->mutex);
    seen->asked.push_back(x);
    return 3 * x.col(0) - x.col(1);
  }
};

Dataset some_data(Index n, std::uint64_t seed = 3) {
  Rng rng(seed);
  Matrix x(n, 4);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < 3; ++j) x(i, j) = rng.normal();
    x(i, 3) = static_cast<double>(i);
  }
  Vector y = 3 * x.col(0) - x.col(1);
  for (double& value : y) value += rng.normal();
  return {std::move(x), std::move(y)};
}

std::vector<double> sorted(const Matrix& x, Index column) {
  std::vector<double> values;
  for (Index i = 0; i < x.rows(); ++i) values.push_back(x(i, column));
  std::sort(values.begin(), values.end());
  return values;
}

const LinearRegression& fitted_line(const Dataset& data) {
  static LinearRegression model;
  model.fit(data);
  return model;
}

}  // namespace

TEST_CASE("Permutation importance permutes one column and scores what comes out") {
  const Dataset data = some_data(40);
  const Witness witness;
  const PermutationImportance found = permutation_importance(
      witness, data, {.metric = "rmse", .n_repeats = 3, .seed = 5}, {.threads = 1});
  const std::vector<Matrix>& asked = witness.seen->asked;
  REQUIRE(asked.size() == 1 + 4 * 3);
  CHECK(asked[0] == data.x());
  CHECK(found.baseline(0) ==
        metrics::root_mean_squared_error(data.target(), Witness{}.predict(data.x())));
  CHECK(found.columns == std::vector<std::string>{"c0", "c1", "c2", "c3"});
  std::set<std::vector<double>> orders;
  for (Index j = 0; j < 4; ++j)
    for (Index repeat = 0; repeat < 3; ++repeat) {
      const Matrix& x = asked[static_cast<std::size_t>(1 + 3 * j + repeat)];
      for (Index other = 0; other < 4; ++other)
        if (other != j) CHECK(x.col(other) == data.x().col(other));
      CHECK(x.col(j) != data.x().col(j));
      CHECK(sorted(x, j) == sorted(data.x(), j));
      CHECK(found.importances(j, repeat) ==
            metrics::root_mean_squared_error(data.target(), Witness{}.predict(x)) -
                found.baseline(0));
      // The order of the rows, whatever the column's values.
      std::vector<double> order;
      const std::vector<double> values = sorted(data.x(), j);
      for (Index i = 0; i < 40; ++i)
        order.push_back(static_cast<double>(
            std::lower_bound(values.begin(), values.end(), x(i, j)) - values.begin()));
      orders.insert(order);
    }
  CHECK(orders.size() == 12);
  CHECK(found.importances.row(2).isZero(0));  // not used
  CHECK(found.importances.row(3).isZero(0));
  CHECK(found.mean()(0) > found.mean()(1));
  CHECK(found.mean()(1) > 0);
}

TEST_CASE("The importance of a least-squares line is its expectation in closed form") {
  // With residuals orthogonal to the column a permutation adds 2 coef^2 var(x) to the squared error
  // on average.
  const Dataset data = datasets::load_diabetes();
  const LinearRegression& line = fitted_line(data);
  const PermutationImportance found =
      permutation_importance(line, data, {.metric = "mse", .n_repeats = 400});
  REQUIRE(found.importances.cols() == 400);
  for (Index j = 0; j < data.n_columns(); ++j) {
    const Vector column = data.x().col(j);
    const double variance = (column.array() - column.mean()).square().mean();
    const double expected = 2 * line.coef()(j) * line.coef()(j) * variance;
    CHECK(std::abs(found.mean()(j) - expected) < 4 * found.std()(j) / 20);
  }
}

TEST_CASE("Means and deviations of importances are scikit-learn's") {
  const auto reference = grove::testing::reference("inspection")["importance"];
  const auto check = [&](const char* name, const Estimator& model, const Dataset& data,
                         const char* metric) {
    INFO(name);
    const Vector mean = to_vector(reference[name]["mean"]);
    const Vector deviation = to_vector(reference[name]["std"]);
    const PermutationImportance found =
        permutation_importance(model, data, {.metric = metric, .n_repeats = 400});
    for (Index j = 0; j < mean.size(); ++j) {
      CHECK(std::abs(found.mean()(j) - mean(j)) < 4 * std::sqrt(2.0) * deviation(j) / 20);
      CHECK(found.std()(j) == Approx(deviation(j)).epsilon(0.2));
    }
  };
  const Dataset diabetes = datasets::load_diabetes();
  check("diabetes_r2", fitted_line(diabetes), diabetes, "r2");
  check("diabetes_mae", fitted_line(diabetes), diabetes, "mae");
  const Dataset iris = datasets::load_iris();
  LogisticRegression logistic({.tol = 1e-8});
  check("iris_log_loss", logistic.fit(iris), iris, "log_loss");
}

TEST_CASE("Cross-validated importance permutes held-out rows alone") {
  const Dataset data = some_data(30);
  const Witness witness;
  const KFold folds{.n_splits = 3, .shuffle = true, .seed = 2};
  const PermutationImportance found = permutation_importance_cv(
      witness, data, folds, {.metric = "mae", .n_repeats = 2, .seed = 1}, {.threads = 1});
  CHECK(found.baseline.size() == 3);
  CHECK(found.importances.rows() == 4);
  CHECK(found.importances.cols() == 6);
  const auto& seen = *witness.seen;
  REQUIRE(seen.fitted.size() == 3);
  REQUIRE(seen.asked.size() == 3 * (1 + 4 * 2));
  std::set<double> tested;
  for (std::size_t ask = 0; ask < seen.asked.size(); ++ask) {
    const std::vector<double> train = sorted(seen.fitted[ask / 9], 3);
    for (const double row : sorted(seen.asked[ask], 3)) {  // c3 is the row's number
      CHECK_FALSE(std::binary_search(train.begin(), train.end(), row));
      tested.insert(row);
    }
  }
  CHECK(tested.size() == 30);
  const CrossValidation scores =
      cross_validate(Witness{}, data, {.cv = Splitter(folds), .metrics = {"mae"}});
  CHECK(found.baseline == scores.scores("mae"));
  CHECK(found.mean()(0) == Approx(found.importances.row(0).sum() / 6));
  const double mean = found.mean()(0);
  CHECK(found.std()(0) ==
        Approx(std::sqrt((found.importances.row(0).array() - mean).square().sum() / 5)));
}

TEST_CASE("Importances are the same bits for any number of threads, and differ by seed") {
  const Dataset iris = datasets::load_iris();
  LogisticRegression logistic;
  logistic.fit(iris);
  const StratifiedKFold folds{.n_splits = 4, .shuffle = true};
  const auto whole = permutation_importance(logistic, iris, {.metric = "log_loss"}, {.threads = 1});
  const auto crossed = permutation_importance_cv(logistic, iris, folds, {}, {.threads = 1});
  CHECK(crossed.metric == "accuracy");
  for (const int threads : {2, 3, 7}) {
    const Context context{.threads = threads};
    CHECK(permutation_importance(logistic, iris, {.metric = "log_loss"}, context).importances ==
          whole.importances);
    CHECK(permutation_importance_cv(logistic, iris, folds, {}, context).importances ==
          crossed.importances);
  }
  CHECK(permutation_importance(logistic, iris, {.metric = "log_loss", .seed = 1}).importances !=
        whole.importances);
}

TEST_CASE("Importances of a pipeline are of the columns that go in") {
  const Dataset penguins = datasets::load("penguins");
  REQUIRE(penguins.has_missing());
  const Pipeline pipeline(SimpleImputer{}, OneHotEncoder{}, LogisticRegression{});
  const PermutationImportance found =
      permutation_importance_cv(pipeline, penguins, default_splitter(pipeline), {.n_repeats = 2});
  CHECK(found.columns.size() == static_cast<std::size_t>(penguins.n_columns()));
  CHECK(found.importances.cols() == 10);
  CHECK(found.baseline.minCoeff() > 0.95);
  std::ostringstream text;
  text << found;
  // The length of the bill tells species apart best.
  const std::string table = text.str();
  CHECK(table.find("on penguins: accuracy 0.9") != std::string::npos);
  CHECK(table.find("\nbill_length_mm") < table.find("\nbill_depth_mm"));
  CHECK(table.find("\nbill_depth_mm") < table.find("\nsex"));
}

TEST_CASE("Weights weigh the scores") {
  const Dataset data = some_data(50);
  Vector weights(50);
  for (Index i = 0; i < 50; ++i) weights(i) = static_cast<double>(i % 4);
  const auto found =
      permutation_importance(Witness{}, data.with_weights(weights), {.metric = "mse"});
  const Vector error = data.target() - Witness{}.predict(data.x());
  CHECK(found.baseline(0) ==
        Approx((error.array().square() * weights.array()).sum() / weights.sum()));
}

TEST_CASE("Permutation importance says what it cannot do") {
  const Dataset iris = datasets::load_iris();
  const LogisticRegression model;
  CHECK(message_of([&] { permutation_importance(model, iris, {.n_repeats = 0}); }) ==
        "permutation_importance: n_repeats must be at least 1, got 0");
  CHECK(message_of([&] { permutation_importance(KMeans{}, iris); }) ==
        "permutation_importance: KMeans has no target to be scored on");
  CHECK_THROWS_AS(permutation_importance(model, iris), NotFitted);
  CHECK_THROWS_AS(permutation_importance(model, iris.without_target()), InvalidData);
  CHECK_THROWS_AS(permutation_importance(model, datasets::load_diabetes()), InvalidData);
  CHECK_THROWS_AS(permutation_importance_cv(model, iris, KFold{}, {.metric = "r2"}), Unsupported);
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(permutation_importance(Witness{}, some_data(20), {}, {.stop = stop.get_token()}),
                  Cancelled);
  const auto once = permutation_importance(Witness{}, some_data(20), {.n_repeats = 1});
  CHECK(once.std().array().isNaN().all());
}
