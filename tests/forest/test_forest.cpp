#include <catch2/catch.hpp>
#include <cmath>

#include "forest/row_draws.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/forest/forest.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/metrics/regression.hpp"
#include "grove/registry/archive.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::contract_of;
using grove::testing::message_of;
using nlohmann::json;

namespace {

template <class Model>
double error_of(typename Model::Params params, const Dataset& train, const Dataset& test) {
  Model model(params);
  model.fit(train);
  if constexpr (requires { model.predict_proba(test.x()); })
    return 1 - metrics::accuracy(test.labels(), model.predict(test.x()));
  else
    return metrics::root_mean_squared_error(test.target(), model.predict(test.x()));
}

/// Share of errors or RMSE over five folds (row i is tested in fold i mod 5), the mean of
/// `n_seeds`.
template <class Model>
double mean_error(const Dataset& data, std::uint64_t n_seeds) {
  double sum = 0;
  for (Index fold = 0; fold < 5; ++fold) {
    std::vector<Index> train, test;
    for (Index i = 0; i < data.n_rows(); ++i) (i % 5 == fold ? test : train).push_back(i);
    for (std::uint64_t seed = 0; seed < n_seeds; ++seed)
      sum += error_of<Model>({.seed = seed}, data.take(train), data.take(test));
  }
  return sum / 5 / static_cast<double>(n_seeds);
}

double mean_error(const std::string& kind, const Dataset& data, std::uint64_t n_seeds) {
  if (kind == "RandomForest")
    return data.has_labels() ? mean_error<RandomForestClassifier>(data, n_seeds)
                             : mean_error<RandomForestRegressor>(data, n_seeds);
  return data.has_labels() ? mean_error<ExtraTreesClassifier>(data, n_seeds)
                           : mean_error<ExtraTreesRegressor>(data, n_seeds);
}

template <class Model>
void check_threads(const Dataset& data, typename Model::Params params) {
  Model model(params);
  const std::string one = to_bytes(model.fit(data, {.threads = 1}));
  for (const int threads : {2, 3, 7}) CHECK(to_bytes(model.fit(data, {.threads = threads})) == one);
}

}  // namespace

TEST_CASE("Forests keep the contract with every option") {
  CHECK(contract_of(RandomForestClassifier({.n_estimators = 5,
                                            .criterion = ClassCriterion::entropy,
                                            .min_samples_leaf = 2,
                                            .max_features = 2,
                                            .max_samples = 0.7,
                                            .oob_score = true,
                                            .class_weight = ClassWeight::balanced})) == "");
  CHECK(contract_of(RandomForestRegressor({.n_estimators = 5,
                                           .max_depth = 4,
                                           .max_leaf_nodes = 8,
                                           .oob_score = true,
                                           .ccp_alpha = 0.01})) == "");
  CHECK(contract_of(RandomForestClassifier({.n_estimators = 5, .bootstrap = false})) == "");
  CHECK(contract_of(ExtraTreesClassifier({.n_estimators = 5, .bootstrap = true})) == "");
  CHECK(contract_of(ExtraTreesRegressor({.n_estimators = 5, .max_features = 1})) == "");
}

TEST_CASE("The bytes of a forest are the same for any number of threads") {
  check_threads<RandomForestClassifier>(datasets::load("vehicle"),
                                        {.n_estimators = 12, .oob_score = true});
  check_threads<RandomForestClassifier>(datasets::load("credit_data"), {.n_estimators = 6});
  check_threads<RandomForestRegressor>(datasets::load("ames"), {.n_estimators = 4});
  check_threads<ExtraTreesClassifier>(datasets::load("soybean"), {.n_estimators = 8});
  check_threads<ExtraTreesRegressor>(datasets::load("concrete"), {.n_estimators = 8});
}

TEST_CASE("No worse than scikit-learn in cross-validation") {
  const json reference = grove::testing::reference("forest");
  REQUIRE(reference["forests"].size() == 14);
  double sum = 0;
  for (const json& item : reference["forests"]) {
    constexpr int n_seeds = 3;
    const double ours = mean_error(item["kind"], datasets::load(item["name"]), n_seeds);
    // In standard errors of the difference between the seeds here and 12 there.
    const double z = (ours - item["mean"].get<double>()) /
                     (item["sd"].get<double>() * std::sqrt(1.0 / n_seeds + 1.0 / 12));
    INFO(item["name"] << " " << item["kind"] << ": " << ours << " against " << item["mean"]);
    CHECK(z < 4);
    sum += z;
  }
  CHECK(sum / std::sqrt(14.0) < 3);
}

TEST_CASE("Out-of-bag scores are scikit-learn's and near those of cross-validation") {
  const json reference = grove::testing::reference("forest");
  for (const json& item : reference["oob"]) {
    const Dataset data = datasets::load(item["name"]);
    double score = 0;
    for (std::uint64_t seed = 0; seed < 3; ++seed)
      score += data.has_labels()
                   ? RandomForestClassifier({.oob_score = true, .seed = seed}).fit(data).oob_score()
                   : RandomForestRegressor({.oob_score = true, .seed = seed}).fit(data).oob_score();
    INFO(item["name"]);
    CHECK(std::abs(score / 3 - item["mean"].get<double>()) <
          4 * item["sd"].get<double>() * std::sqrt(1.0 / 3 + 1.0 / 12));
  }
}

TEST_CASE("Out-of-bag predictions are those of the trees that have not seen the row") {
  const Dataset data = datasets::load_iris();
  RandomForestClassifier model({.n_estimators = 20, .oob_score = true, .seed = 5});
  model.fit(data);
  const RowDraws draws(data, 1);
  Matrix sums = Matrix::Zero(150, 3);
  for (std::uint64_t t = 0; t < 20; ++t) {
    const auto times = draws.draw(Rng(5).split(t).split(0));
    Index n_drawn = 0;
    for (std::size_t i = 0; i < 150; ++i) {
      n_drawn += times[i];
      if (times[i] > 0) continue;
      const Tree& tree = model.trees().trees[t];
      const auto row = static_cast<Index>(i);
      const double* value = tree.value(tree.leaf_of(data.x().data() + row * 4));
      for (Index k = 0; k < 3; ++k) sums(row, k) += value[k];
    }
    CHECK(n_drawn == 150);
  }
  for (Index i = 0; i < 150; ++i)
    CHECK((model.oob_decision_function().row(i) - sums.row(i) / sums.row(i).sum()).norm() < 1e-12);
  CHECK(model.oob_score() > 0.9);
  CHECK(message_of([] { (void)RandomForestClassifier().fit(datasets::load_iris()).oob_score(); }) ==
        "RandomForestClassifier has no out-of-bag results");
  CHECK(message_of([&] { ExtraTreesClassifier({.oob_score = true}).fit(data); }) ==
        "ExtraTreesClassifier: oob_score needs bootstrap = true, since every tree sees every row "
        "else");
}

TEST_CASE("Rows are drawn in proportion to their weights") {
  const Matrix x = Matrix::Zero(3, 1);
  const auto shares = [&](const Vector& weights, double share) {
    const RowDraws draws(Dataset(x).with_weights(weights), share);
    Vector sum = Vector::Zero(3);
    for (std::uint64_t t = 0; t < 4000; ++t) {
      const auto times = draws.draw(Rng(t));
      for (std::size_t i = 0; i < 3; ++i) sum(static_cast<Index>(i)) += times[i];
    }
    return std::pair<Index, Vector>(draws.n_draws(), sum / sum.sum());
  };
  const auto [whole_draws, whole] = shares((Vector(3) << 6, 0, 2).finished(), 0.5);
  CHECK(whole_draws == 4);
  CHECK(whole(1) == 0);
  CHECK(whole(0) == Approx(0.75).margin(0.015));
  const auto [real_draws, real] = shares((Vector(3) << 0.15, 0.05, 0).finished(), 1);
  CHECK(real_draws == 2);
  CHECK(real(2) == 0);
  CHECK(real(0) == Approx(0.75).margin(0.02));
}

TEST_CASE("Proximity is the share of trees that put two rows into one leaf") {
  const Dataset data = datasets::load_iris();
  RandomForestClassifier model({.n_estimators = 15});
  model.fit(data);
  const Matrix proximity = model.proximity(data.x());
  const Eigen::MatrixXi leaves = model.apply(data.x());
  CHECK((proximity.diagonal().array() == 1).all());
  CHECK(proximity == proximity.transpose());
  for (Index i = 0; i < 150; i += 7)
    for (Index j = 0; j < 150; j += 11) {
      int same = 0;
      for (Index t = 0; t < 15; ++t) same += leaves(i, t) == leaves(j, t) ? 1 : 0;
      CHECK(proximity(i, j) == same / 15.0);
    }
  // Flowers of one kind are nearer to each other.
  CHECK(proximity.block(0, 0, 50, 50).mean() > 0.9);
  CHECK(proximity.block(0, 50, 50, 100).mean() < 0.1);
}

TEST_CASE("Importances point to the columns that matter") {
  Rng rng(1);
  Matrix x(400, 5);
  Vector y(400);
  for (Index i = 0; i < 400; ++i) {
    for (Index j = 0; j < 5; ++j) x(i, j) = rng.normal();
    y(i) = 3 * x(i, 2) + x(i, 4);
  }
  RandomForestRegressor model({.n_estimators = 20});
  const Vector importances = model.fit(x, y).feature_importances();
  CHECK(importances.sum() == Approx(1));
  CHECK(importances(2) > 0.7);
  CHECK(importances(4) > 0.05);
  CHECK(importances(0) < 0.03);
}
