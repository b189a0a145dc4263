#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "boosting/binning.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/boosting/gradient_boosting_ranker.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/metrics/ranking.hpp"
#include "support/check.hpp"
#include "support/temporary_file.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

Dataset smooth(Index n, std::uint64_t seed, Index d = 3) {
  Rng rng(seed);
  Matrix x(n, d);
  Vector y(n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < d; ++j) x(i, j) = rng.normal();
    y(i) = std::sin(x(i, 0)) + 0.5 * x(i, 1) * x(i, 1) + 0.2 * rng.normal();
  }
  return Dataset(x, y);
}

/// The columns of every path from the root to a leaf.
void paths(const Tree& tree, int node, std::set<int> above, std::vector<std::set<int>>& out) {
  if (tree.is_leaf(node)) {
    out.push_back(above);
    return;
  }
  const TreeNode& at = tree.nodes[static_cast<std::size_t>(node)];
  above.insert(at.feature);
  paths(tree, at.left, above, out);
  paths(tree, at.right, above, out);
}

}  // namespace

TEST_CASE("Each split of a tree is the best of all splits of its node") {
  // With squared error and one round the best split of a node lowers the squared error most.
  for (const TreeMethod method : {TreeMethod::hist, TreeMethod::exact}) {
    const Dataset data = smooth(200, 4);
    GradientBoostingRegressor model({.n_estimators = 1,
                                     .learning_rate = 1,
                                     .tree_method = method,
                                     .max_leaf_nodes = 8,
                                     .min_samples_leaf = 7});
    model.fit(data);
    const Tree& tree = model.trees().trees[0];
    std::vector<std::vector<Index>> rows(tree.size());
    for (Index i = 0; i < 200; ++i) {
      int at = 0;
      while (true) {
        rows[static_cast<std::size_t>(at)].push_back(i);
        if (tree.is_leaf(at)) break;
        const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
        at = tree.goes_left(node, data.x()(i, node.feature)) ? node.left : node.right;
      }
    }
    const double mean = data.target().mean();
    for (std::size_t at = 0; at < tree.size(); ++at) {
      if (tree.nodes[at].left == 0) continue;
      double total = 0;
      for (const Index i : rows[at]) total += mean - data.target()(i);
      const auto n = static_cast<double>(rows[at].size());
      double best = 0;
      for (Index j = 0; j < 3; ++j)
        for (const Index cut : rows[at]) {
          double left = 0, n_left = 0;
          for (const Index i : rows[at])
            if (data.x()(i, j) <= data.x()(cut, j)) {
              left += mean - data.target()(i);
              ++n_left;
            }
          if (n_left < 7 || n - n_left < 7) continue;
          best =
              std::max(best, left * left / n_left + (total - left) * (total - left) / (n - n_left) -
                                 total * total / n);
        }
      CHECK(tree.nodes[at].gain == Approx(best).epsilon(1e-7));
      CHECK(tree.nodes[at].weight == n);
    }
  }
}

TEST_CASE("Depth-wise trees are cut at their depth, leaf-wise ones at their leaves") {
  const Dataset data = smooth(500, 1);
  GradientBoostingRegressor deep({.n_estimators = 3,
                                  .grow_policy = GrowPolicy::depth_wise,
                                  .max_leaf_nodes = {},
                                  .max_depth = 3});
  deep.fit(data);
  for (const Tree& tree : deep.trees().trees) {
    CHECK(tree.depth() == 3);
    CHECK(tree.n_leaves() <= 8);
  }
  GradientBoostingRegressor leafy({.n_estimators = 3, .max_leaf_nodes = 5});
  leafy.fit(data);
  for (const Tree& tree : leafy.trees().trees) CHECK(tree.n_leaves() == 5);
}

TEST_CASE("No leaf weighs less than it must, where hessians say little about weights") {
  const Dataset data = datasets::load_breast_cancer();
  GradientBoostingClassifier model({.n_estimators = 60, .min_samples_leaf = 13});
  model.fit(data);
  for (const Tree& tree : model.trees().trees)
    for (const TreeNode& node : tree.nodes) CHECK(node.weight >= 13);
}

TEST_CASE("Monotonic constraints hold everywhere") {
  const Dataset data = smooth(800, 2, 2);
  GradientBoostingRegressor model(
      {.n_estimators = 60, .min_samples_leaf = 5, .monotonic_cst = {1, -1}});
  model.fit(data);
  Rng rng(9);
  for (int trial = 0; trial < 200; ++trial) {
    Matrix line(60, 2);
    const double other = rng.normal();
    for (Index i = 0; i < 60; ++i) line.row(i) << -3 + 0.1 * static_cast<double>(i), other;
    const Vector rising = model.predict(line);
    line.col(0).swap(line.col(1));
    const Vector falling = model.predict(line);
    for (Index i = 1; i < 60; ++i) {
      CHECK(rising(i) >= rising(i - 1));
      CHECK(falling(i) <= falling(i - 1));
    }
  }
}

TEST_CASE("Paths keep to the sets of interaction constraints") {
  const Dataset data = smooth(600, 3, 4);
  GradientBoostingRegressor model({.n_estimators = 20, .interaction_cst = {"c0,c1", "c1,c2"}});
  model.fit(data);
  for (const Tree& tree : model.trees().trees) {
    std::vector<std::set<int>> found;
    paths(tree, 0, {}, found);
    for (const std::set<int>& path : found) {
      const auto within = [&](const std::set<int>& set) {
        return std::includes(set.begin(), set.end(), path.begin(), path.end());
      };
      CHECK((within({0, 1}) || within({1, 2}) || within({3})));
    }
  }
}

TEST_CASE("Bundled columns give the model of the columns alone") {
  Rng rng(8);
  Matrix x = Matrix::Zero(900, 6);
  Vector y(900);
  for (Index i = 0; i < 900; ++i) {
    x(i, rng.below(5)) = 1 + static_cast<double>(rng.below(4));
    x(i, 5) = rng.normal();
    y(i) = x(i, 0) - 2 * x(i, 3) + x(i, 5);
  }
  const Dataset data(x, y);
  const BinnedData bundled = bin_data(data, Vector::Ones(900), 255, true, {});
  CHECK(bundled.n_groups() < 6);
  const BinnedData alone = bin_data(data, Vector::Ones(900), 255, false, {});
  for (Index i = 0; i < 900; ++i)
    for (Index j = 0; j < 6; ++j) REQUIRE(bundled.bin(i, j) == alone.bin(i, j));
  GradientBoostingRegressor model({.n_estimators = 15});
  GradientBoostingRegressor plain({.n_estimators = 15, .enable_bundling = false});
  CHECK(model.fit(data).save_state() == plain.fit(data).save_state());
}

TEST_CASE("A binned data set trains the same model, of all rows and of some") {
  const Dataset data = datasets::load_diabetes();
  GradientBoostingRegressor model({.n_estimators = 10});
  const Value expected = model.fit(data).save_state();
  const BinnedDataset binned(data, model.params());
  CHECK(model.fit(binned).save_state() == expected);
  std::vector<Index> some;
  Vector weights = Vector::Zero(data.n_rows());
  for (Index i = 0; i < data.n_rows(); i += 2) {
    some.push_back(i);
    weights(i) = 1;
  }
  CHECK(binned.take(some).n_rows() == static_cast<Index>(some.size()));
  const Vector part = model.fit(binned.take(some)).predict(data.x());
  // The same rows by weight, with the bins of all rows.
  CHECK(std::abs((part - model.fit(data.take(some)).predict(data.x())).mean()) < 5);
  CHECK(message_of([&] {
          binned.take({3, 2});
        }) == "BinnedDataset::take needs ascending rows from 0 to 441, got 2 at place 1");
  GradientBoostingRegressor other({.max_bins = 30});
  CHECK(message_of([&] { other.fit(binned); }) ==
        "GradientBoostingRegressor: the binned data set was made for other tree_method or max_bins "
        "(255) than the model asks for (30)");
}

TEST_CASE("Warm starts go on where the first fit ended") {
  const Dataset data = datasets::load_diabetes();
  GradientBoostingRegressor whole({.n_estimators = 20});
  const Vector expected = whole.fit(data).predict(data.x());
  GradientBoostingRegressor first({.n_estimators = 8});
  first.fit(data);
  auto params = first.params();
  params.warm_start = true;
  params.n_estimators = 20;
  GradientBoostingRegressor more =
      GradientBoostingRegressor::load_state(params, StateReader(first.save_state()));
  more.fit(data);
  CHECK(more.n_iter() == 20);
  CHECK((more.predict(data.x()) - expected).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("Scores to start from take the place of the constant") {
  const Dataset data = datasets::load_diabetes();
  GradientBoostingRegressor plain({.n_estimators = 6});
  const Vector expected = plain.fit(data).predict(data.x());
  BoostingOptions options;
  options.init_score = Matrix::Constant(data.n_rows(), 1, data.target().mean());
  GradientBoostingRegressor started({.n_estimators = 6});
  const Vector rest = started.fit(data, options).predict(data.x());
  CHECK(((rest.array() + data.target().mean()) - expected.array()).abs().maxCoeff() < 1e-9);
  GradientBoostingRegressor based({.n_estimators = 6, .base_score = data.target().mean()});
  CHECK((based.fit(data).predict(data.x()) - expected).cwiseAbs().maxCoeff() < 1e-9);
}

TEST_CASE("A line in a leaf follows a line") {
  Rng rng(5);
  Matrix x(400, 2);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.uniform();
  const Vector y = 3 * x.col(0);
  GradientBoostingRegressor plain({.n_estimators = 5, .learning_rate = 1, .max_leaf_nodes = 4});
  GradientBoostingRegressor lines({.n_estimators = 5,
                                   .learning_rate = 1,
                                   .max_leaf_nodes = 4,
                                   .linear_leaves = true,
                                   .linear_lambda = 1e-9});
  CHECK((lines.fit(x, y).predict(x) - y).norm() < 1e-3 * (plain.fit(x, y).predict(x) - y).norm());
}

TEST_CASE("A ranker orders the rows of its queries") {
  Rng rng(6);
  Matrix x(600, 3);
  Vector relevance(600);
  Labels queries(600);
  for (Index i = 0; i < 600; ++i) {
    for (Index j = 0; j < 3; ++j) x(i, j) = rng.normal();
    relevance(i) = std::clamp(std::floor(x(i, 0) + 1.5), 0.0, 3.0);
    queries(i) = static_cast<int>(i / 12);
  }
  const Dataset data = Dataset(x, relevance).with_groups(queries);
  GradientBoostingRanker model({.n_estimators = 30, .min_samples_leaf = 5});
  const Vector scores = model.fit(data).predict(x);
  double right = 0, pairs = 0;
  for (Index i = 0; i < 600; ++i)
    for (Index j = i + 1; j < 600 && queries(j) == queries(i); ++j) {
      if (relevance(i) == relevance(j)) continue;
      pairs += 1;
      right += (scores(i) > scores(j)) == (relevance(i) > relevance(j)) ? 1 : 0;
    }
  CHECK(right / pairs > 0.97);
  CHECK(model.report().loss_curve.back() < model.report().loss_curve.front());
}

TEST_CASE("A validation set, a callback and a stop end a fit") {
  const Dataset data = datasets::load_diabetes();
  std::vector<Index> train, rest;
  for (Index i = 0; i < data.n_rows(); ++i) (i % 3 == 0 ? rest : train).push_back(i);
  const Dataset validation = data.take(rest);
  GradientBoostingRegressor model({.n_estimators = 400});
  model.fit(data.take(train), BoostingOptions{.validation = &validation});
  CHECK(model.n_iter() < 200);
  BoostingOptions options;
  options.callback = [](const BoostingRound& round) { return round.round < 7; };
  CHECK(model.fit(data, options).n_iter() == 7);
  const Value before = model.save_state();
  std::stop_source source;
  options.callback = [&](const BoostingRound& round) {
    if (round.round == 3) source.request_stop();
    return true;
  };
  CHECK(message_of([&] { model.fit(data, options, {.stop = source.get_token()}); }) ==
        "GradientBoostingRegressor was cancelled");
  CHECK(model.save_state() == before);
}

TEST_CASE("Traces hold every node's candidates, best first") {
  const grove::testing::TemporaryFile file("trace.jsonl");
  const Dataset data = smooth(300, 7);
  GradientBoostingRegressor model({.n_estimators = 2, .max_leaf_nodes = 4});
  const Value untraced = model.fit(data).save_state();
  model.fit(data, BoostingOptions{.trace = {.what = {"splits", "gradients", "histograms"},
                                            .file = file.path()}});
  CHECK(model.save_state() == untraced);
  std::ifstream lines(file.path());
  std::string line;
  int n_splits = 0, n_gradients = 0, n_histograms = 0;
  while (std::getline(lines, line)) {
    const auto entry = nlohmann::json::parse(line);
    const std::string kind = entry.at("trace");
    n_gradients += kind == "gradients" ? 1 : 0;
    n_histograms += kind == "histograms" ? 1 : 0;
    if (kind != "splits") continue;
    ++n_splits;
    double last = std::numeric_limits<double>::infinity();
    for (const auto& candidate : entry.at("candidates")) {
      CHECK(candidate.at("gain").get<double>() <= last);
      last = candidate.at("gain");
    }
  }
  CHECK(n_gradients == 2);
  CHECK(n_splits >= 6);
  CHECK(n_histograms == 3 * n_splits);
  CHECK(message_of([&] {
          model.fit(data, BoostingOptions{.trace = {.what = {"split"}, .file = file.path()}});
        }) == "there is no trace called 'split'; did you mean 'splits'?");
}

TEST_CASE("What cannot be done is refused by name") {
  const Dataset data = smooth(60, 1);
  const auto refusal = [&](GradientBoostingParams params) {
    return message_of([&] { GradientBoostingRegressor(params).fit(data); });
  };
  CHECK(refusal({.loss = BoostingLoss::log_loss}).find("loss") != std::string::npos);
  CHECK(refusal({.loss = BoostingLoss::gamma}).find("the target is") != std::string::npos);
  CHECK(refusal({.monotonic_cst = {1}}) ==
        "GradientBoostingRegressor: parameter 'monotonic_cst' must have one entry for each of 3 "
        "columns, got 1");
  CHECK(refusal({.interaction_cst = {"c0,c9"}}).find("names the column 'c9'") != std::string::npos);
  CHECK(refusal({.loss = BoostingLoss::absolute_error, .linear_leaves = true})
            .find("linear_leaves") != std::string::npos);
  struct Broken {
    void gradients(VectorView scores, VectorView, Eigen::Ref<Vector> g,
                   Eigen::Ref<Vector> h) const {
      g = scores;
      h.setConstant(-1);
    }
  };
  CHECK(refusal({.objective = Broken{}}).find("hessian") != std::string::npos);
  const Dataset other = Dataset(Matrix::Zero(5, 1), std::vector<Column>{{.name = "elsewhere"}})
                            .with_target(Vector::Zero(5));
  CHECK(message_of([&] {
          GradientBoostingRegressor().fit(data, BoostingOptions{.validation = &other});
        }).find("c0") != std::string::npos);
}

TEST_CASE("Constant targets, missing columns and more bins than rows are fit") {
  Matrix x = Matrix::Constant(50, 2, std::numeric_limits<double>::quiet_NaN());
  for (Index i = 0; i < 50; ++i) x(i, 1) = static_cast<double>(i);
  GradientBoostingRegressor model({.n_estimators = 5, .min_samples_leaf = 1, .max_bins = 60000});
  CHECK((model.fit(x, Vector(Vector::Constant(50, 3.5))).predict(x).array() == 3.5).all());
  const Vector y = x.col(1);
  CHECK((model.fit(x, y).predict(x) - y).norm() < (y.array() - y.mean()).matrix().norm());
}
