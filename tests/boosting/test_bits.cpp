#include <cmath>
#include <limits>
#include <sstream>

#include "grove/boosting/gradient_boosting.hpp"
#include "grove/boosting/gradient_boosting_ranker.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "support/check.hpp"

// The same model, to the bit, for any number of threads: every way to grow, draw and lose.

using namespace grove;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Numbers with missing values and ties, words, weights; enough rows for several blocks.
Dataset mixed(Index n, bool classes) {
  Rng rng(17);
  Matrix x(n, 6);
  Vector y(n), weights(n);
  Labels codes(n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < 4; ++j) x(i, j) = rng.normal();
    if (rng.uniform() < 0.1) x(i, 1) = nan_value;
    x(i, 2) = std::round(3 * x(i, 2));
    x(i, 4) = static_cast<double>(rng.below(12));
    x(i, 5) = rng.uniform() < 0.05 ? rng.normal() : 0;
    const double signal = x(i, 0) + (std::isnan(x(i, 1)) ? 1 : -x(i, 1)) + std::fmod(x(i, 4), 3);
    y(i) = std::exp(0.3 * signal + 0.3 * rng.normal());
    codes(i) = static_cast<int>(rng.below(3)) * (signal > 0.5 ? 1 : 0);
    weights(i) = 0.5 + rng.uniform();
  }
  std::vector<Column> columns(6);
  for (std::size_t j = 0; j < 6; ++j) columns[j].name = "c" + std::to_string(j);
  columns[4].kind = ColumnKind::categorical;
  for (int k = 0; k < 12; ++k) columns[4].categories.push_back("k" + std::to_string(10 + k));
  const Dataset data = Dataset(x, columns).with_weights(weights);
  return classes ? data.with_labels(codes, {"a", "b", "c"}) : data.with_target(y);
}

template <class Model>
void check_threads(const Model& prototype, const Dataset& data) {
  Model model = prototype;
  const Value expected = model.fit(data, Context{.threads = 1}).save_state();
  const Model loaded = Model::load_state(model.params(), StateReader(expected));
  CHECK(loaded.save_state() == expected);
  for (const int threads : {2, 3, 7})
    CHECK((model.fit(data, Context{.threads = threads}).save_state() == expected));
}

}  // namespace

TEST_CASE("Every way to grow and draw gives one model for any number of threads") {
  using P = GradientBoostingParams;
  const std::vector<std::pair<std::string, P>> ways{
      {"depth-wise", {.grow_policy = GrowPolicy::depth_wise, .max_depth = 4}},
      {"exact", {.tree_method = TreeMethod::exact}},
      {"wide bins", {.max_bins = 400}},
      {"few bins", {.max_bins = 7, .enable_bundling = false}},
      {"no limit of leaves", {.max_leaf_nodes = {}, .min_samples_leaf = 50}},
      {"subsample", {.subsample = 0.5}},
      {"goss", {.sampling = RowSampling::goss}},
      {"mvs", {.sampling = RowSampling::mvs, .subsample = 0.4}},
      {"columns", {.colsample_bytree = 0.8, .colsample_bylevel = 0.8, .colsample_bynode = 0.7}},
      {"dart", {.booster = BoosterKind::dart, .rate_drop = 0.5, .skip_drop = 0.2}},
      {"lines", {.linear_leaves = true}},
      {"penalties", {.min_split_gain = 0.1, .l1_regularization = 0.5, .l2_regularization = 2}},
      {"monotonic", {.monotonic_cst = {1, 0, 0, -1, 0, 0}}},
      {"interactions", {.interaction_cst = {"c0,c1", "c1, c4"}}},
      {"early stopping", {.early_stopping = true, .n_iter_no_change = 2}}};
  const Dataset values = mixed(5000, false);
  const Dataset classes = mixed(5000, true);
  for (auto [name, params] : ways) {
    INFO(name);
    params.n_estimators = 4;
    params.seed = 5;
    check_threads(GradientBoostingRegressor(params), values);
    params.n_estimators = 2;
    check_threads(GradientBoostingClassifier(params), classes);
  }
}

TEST_CASE("Every loss gives one model for any number of threads") {
  const Dataset values = mixed(4000, false);
  for (const BoostingLoss loss :
       {BoostingLoss::squared_error, BoostingLoss::absolute_error, BoostingLoss::huber,
        BoostingLoss::quantile, BoostingLoss::poisson, BoostingLoss::gamma, BoostingLoss::tweedie})
    check_threads(GradientBoostingRegressor({.n_estimators = 4, .loss = loss}), values);
  Vector relevance =
      values.target().unaryExpr([](double v) { return std::min(4.0, std::floor(v)); });
  Labels queries(4000);
  for (Index i = 0; i < 4000; ++i) queries(i) = static_cast<int>(i / 20);
  check_threads(GradientBoostingRanker({.n_estimators = 4}),
                values.with_target(relevance).with_groups(queries));
}

TEST_CASE("A whole weight is that many rows, to the bit") {
  const Dataset data = mixed(300, false).without_weights();
  Vector weights(300);
  std::vector<Index> repeated;
  for (Index i = 0; i < 300; ++i) {
    weights(i) = static_cast<double>(i % 4);
    for (Index k = 0; k < i % 4; ++k) repeated.push_back(i);
  }
  for (const TreeMethod method : {TreeMethod::hist, TreeMethod::exact}) {
    GradientBoostingRegressor model(
        {.n_estimators = 10, .tree_method = method, .min_samples_leaf = 5});
    const Vector weighted = model.fit(data.with_weights(weights)).predict(data.x());
    const Vector rows = model.fit(data.take(repeated)).predict(data.x());
    CHECK((weighted - rows).cwiseAbs().maxCoeff() < 1e-9);
  }
}
