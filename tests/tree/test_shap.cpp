#include <catch2/catch.hpp>
#include <functional>

#include "grove/core/error.hpp"
#include "grove/tree/importance.hpp"
#include "grove/tree/shap.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"
#include "tree/quadrature.hpp"
#include "tree/random_tree.hpp"

using namespace grove;
using grove::testing::close;
using grove::testing::message_of;
using grove::testing::RandomTree;
using grove::testing::to_matrix;

namespace {

/// The worth of a set of known columns, given as bits.
using Game = std::function<double(unsigned known)>;

double factorial(int n) { return n <= 1 ? 1 : n * factorial(n - 1); }

/// Shapley values by their definition, and what the empty set is worth.
Vector shapley(int n, const Game& game) {
  Vector values = Vector::Zero(n + 1);
  values(n) = game(0);
  for (unsigned known = 0; known < 1U << n; ++known) {
    const int size = __builtin_popcount(known);
    for (int j = 0; j < n; ++j)
      if ((known >> j & 1U) == 0)
        values(j) += factorial(size) * factorial(n - size - 1) / factorial(n) *
                     (game(known | 1U << j) - game(known));
  }
  return values;
}

/// Half of the Shapley interaction index of a and b.
double half_interaction(int n, int a, int b, const Game& game) {
  const unsigned both = 1U << a | 1U << b;
  double sum = 0;
  for (unsigned known = 0; known < 1U << n; ++known) {
    if ((known & both) != 0) continue;
    const int size = __builtin_popcount(known);
    sum += factorial(size) * factorial(n - size - 2) / (2 * factorial(n - 1)) *
           (game(known | both) - game(known | 1U << a) - game(known | 1U << b) + game(known));
  }
  return sum;
}

/// A tree's answer to a row of which some columns are known, the others averaged by cover.
double by_cover(const Tree& tree, const double* row, unsigned known, int output, int at = 0) {
  const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
  if (node.left == 0) return tree.value(at)[output];
  const auto below = [&](int child) { return by_cover(tree, row, known, output, child); };
  if (known >> node.feature & 1U)
    return below(tree.goes_left(node, row[node.feature]) ? node.left : node.right);
  const double left = tree.nodes[static_cast<std::size_t>(node.left)].cover;
  const double right = tree.nodes[static_cast<std::size_t>(node.right)].cover;
  const double share = left + right > 0 ? left / (left + right) : 0.5;
  return share * below(node.left) + (1 - share) * below(node.right);
}

/// Unknown columns from each row of the background.
double by_background(const Tree& tree, const double* row, const Matrix& background, unsigned known,
                     int output) {
  double sum = 0;
  for (Index i = 0; i < background.rows(); ++i) {
    Eigen::RowVectorXd mixed = background.row(i);
    for (Index j = 0; j < mixed.size(); ++j)
      if (known >> j & 1U) mixed(j) = row[j];
    sum += tree.value(tree.leaf_of(mixed.data()))[output];
  }
  return sum / static_cast<double>(background.rows());
}

/// Calls check(ensemble of one tree, rows) for trees of several shapes.
template <class Check>
void for_random_trees(const Check& check) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    RandomTree source(seed, {.n_columns = 5,
                             .n_outputs = seed % 4 == 1 ? 3 : 1,
                             .depth = static_cast<int>(seed % 8),
                             .with_zero_cover = seed % 4 == 2});
    TreeEnsemble ensemble{.base = Vector::Zero(seed % 4 == 1 ? 3 : 1), .trees = {source.make()}};
    INFO("seed " << seed);
    check(ensemble, source);
  }
}

/// Boosting's shape: two rounds of three outputs, a tree each.
TreeEnsemble boosted() {
  TreeEnsemble ensemble{.base = Vector::LinSpaced(3, -1, 1), .trees = {}};
  for (unsigned seed = 0; seed < 6; ++seed)
    ensemble.trees.push_back(RandomTree(seed, {.depth = 6}).make());
  return ensemble;
}

Matrix raw_scores(const TreeEnsemble& ensemble, const Matrix& x) {
  Matrix raw = ensemble.base.transpose().replicate(x.rows(), 1);
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
    for (Index i = 0; i < x.rows(); ++i)
      raw(i, static_cast<Index>(t) % raw.cols()) += ensemble.trees[t].predict(x.row(i).data());
  return raw;
}

/// The trees of a dumped XGBoost model: `yes` is x < split_condition, in float.
TreeEnsemble from_xgboost(const nlohmann::json& model) {
  TreeEnsemble ensemble;
  ensemble.base = Vector::Constant(model["n_outputs"].get<Index>(), model["base"].get<double>());
  for (const auto& dumped : model["trees"]) {
    std::map<int, int> place;  // numbers have gaps where branches were pruned
    for (const auto& node : dumped)
      place.emplace(node["id"].get<int>(), static_cast<int>(place.size()));
    Tree& tree = ensemble.trees.emplace_back();
    for (const auto& node : dumped) {
      TreeNode& made = tree.nodes.emplace_back();
      made.cover = node["cover"];
      tree.values.push_back(node.contains("leaf") ? node["leaf"].get<float>() : 0.0);
      if (node.contains("leaf")) continue;
      made.feature = node["feature"];
      made.threshold = std::nextafter(static_cast<double>(node["split_condition"].get<float>()),
                                      -std::numeric_limits<double>::infinity());
      made.left = place.at(node["yes"]);
      made.right = place.at(node["no"]);
      made.missing_left = node["missing"] == node["yes"];
      made.gain = node["gain"];
    }
  }
  return ensemble;
}

}  // namespace

TEST_CASE("Gauss-Legendre quadrature is exact for polynomials") {
  for (const int n : {1, 2, 3, 4, 8, 12, 20, 64}) {
    const Quadrature rule = gauss_legendre(n);
    INFO(n << " points");
    for (int degree = 0; degree < 2 * n; ++degree) {
      double sum = 0;
      for (std::size_t q = 0; q < rule.points.size(); ++q)
        sum += rule.weights[q] * std::pow(rule.points[q], degree);
      CHECK(sum * (degree + 1) == Approx(1).epsilon(1e-13));
    }
  }
}

TEST_CASE("Path-dependent SHAP values are Shapley's") {
  for_random_trees([](const TreeEnsemble& ensemble, RandomTree& source) {
    const Tree& tree = ensemble.trees[0];
    const Matrix x = source.rows(6);
    const std::vector<Matrix> values = shap_values(ensemble, x);
    REQUIRE(values.size() == static_cast<std::size_t>(tree.n_outputs));
    for (int k = 0; k < tree.n_outputs; ++k)
      for (Index i = 0; i < x.rows(); ++i) {
        const Vector expected =
            shapley(5, [&](unsigned known) { return by_cover(tree, x.row(i).data(), known, k); });
        CHECK(close(values[static_cast<std::size_t>(k)].row(i).transpose(), expected, 1e-13));
      }
  });
}

TEST_CASE("Interventional SHAP values are Shapley's") {
  for_random_trees([](const TreeEnsemble& ensemble, RandomTree& source) {
    const Tree& tree = ensemble.trees[0];
    const Matrix x = source.rows(4);
    const Matrix background = source.rows(7);
    const std::vector<Matrix> values = shap_values(ensemble, x, background);
    for (int k = 0; k < tree.n_outputs; ++k)
      for (Index i = 0; i < x.rows(); ++i) {
        const Vector expected = shapley(5, [&](unsigned known) {
          return by_background(tree, x.row(i).data(), background, known, k);
        });
        CHECK(close(values[static_cast<std::size_t>(k)].row(i).transpose(), expected, 1e-13));
      }
  });
}

TEST_CASE("SHAP interactions are Shapley's") {
  for_random_trees([](const TreeEnsemble& ensemble, RandomTree& source) {
    const Tree& tree = ensemble.trees[0];
    const Matrix x = source.rows(3);
    const std::vector<Matrix> values = shap_values(ensemble, x);
    const std::vector<Matrix> interactions = shap_interactions(ensemble, x);
    for (int k = 0; k < tree.n_outputs; ++k)
      for (Index i = 0; i < x.rows(); ++i) {
        const Game game = [&](unsigned known) { return by_cover(tree, x.row(i).data(), known, k); };
        const Matrix matrix =
            Eigen::Map<const Matrix>(interactions[static_cast<std::size_t>(k)].row(i).data(), 6, 6);
        for (int a = 0; a < 5; ++a)
          for (int b = 0; b < 5; ++b)
            if (a != b) CHECK(close(matrix(a, b), half_interaction(5, a, b, game), 1e-13));
        CHECK(close(matrix.rowwise().sum(), values[static_cast<std::size_t>(k)].row(i).transpose(),
                    1e-13));
      }
  });
}

TEST_CASE("SHAP values add up to the raw score") {
  const TreeEnsemble ensemble = boosted();
  RandomTree source(9, {});
  const Matrix x = source.rows(200);
  const Matrix background = source.rows(30);
  const Matrix raw = raw_scores(ensemble, x);
  const auto check = [&](const std::vector<Matrix>& values) {
    REQUIRE(values.size() == 3);
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(close(values[k].rowwise().sum(), raw.col(static_cast<Index>(k)), 1e-12));
  };
  check(shap_values(ensemble, x));
  check(shap_values(ensemble, x, background));
  const std::vector<Matrix> over_background = shap_values(ensemble, x, background);
  const Matrix mean = raw_scores(ensemble, background).colwise().mean();
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(close(over_background[k](0, 5), mean(static_cast<Index>(k)), 1e-12));
}

TEST_CASE("SHAP values of a path through 60 columns add up") {
  Tree tree;
  Vector x(60);
  double cover = 1000;
  for (int j = 0; j < 60; ++j) {
    x(j) = j % 3 == 0 ? 1 : 0;
    const int at = 2 * j;
    tree.nodes.push_back(
        {.feature = j, .threshold = 0.5, .left = at + 1, .right = at + 2, .cover = cover});
    tree.nodes.push_back({.cover = cover * 0.3});
    cover *= 0.7;
    tree.values.insert(tree.values.end(), {0.0, j % 7 - 3.0});
  }
  tree.nodes.push_back({.cover = cover});
  tree.values.push_back(5);
  // Node 2j is a split, 2j + 1 the leaf on its left.
  const TreeEnsemble ensemble{.base = Vector::Zero(1), .trees = {tree}};
  const Matrix row = x.transpose();
  const Matrix values = shap_values(ensemble, row)[0];
  CHECK(close(values.sum(), tree.predict(row.data()), 1e-12));
  const Matrix interactions = shap_interactions(ensemble, row)[0];
  CHECK(close(interactions.sum(), tree.predict(row.data()), 1e-12));
}

TEST_CASE("SHAP values are the same bits for any number of threads") {
  const TreeEnsemble ensemble = boosted();
  RandomTree source(11, {});
  const Matrix x = source.rows(300);
  const Matrix background = source.rows(20);
  for (const int threads : {2, 3, 7}) {
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(shap_values(ensemble, x, {.threads = 1})[k] ==
            shap_values(ensemble, x, {.threads = threads})[k]);
      CHECK(shap_values(ensemble, x, background, {.threads = 1})[k] ==
            shap_values(ensemble, x, background, {.threads = threads})[k]);
      CHECK(shap_interactions(ensemble, x, {.threads = 1})[k] ==
            shap_interactions(ensemble, x, {.threads = threads})[k]);
    }
  }
}

TEST_CASE("SHAP values, interactions and importances are XGBoost's") {
  const auto reference = grove::testing::reference("shap");
  const Matrix x = to_matrix(reference["rows"]);
  REQUIRE(reference["models"].size() == 3);
  for (const auto& model : reference["models"]) {
    INFO(model["objective"]);
    const TreeEnsemble ensemble = from_xgboost(model);
    CHECK(close(raw_scores(ensemble, x), to_matrix(model["margin"]), 1e-5));
    const std::vector<Matrix> values = shap_values(ensemble, x);
    const std::vector<Matrix> interactions = shap_interactions(ensemble, x);
    for (std::size_t k = 0; k < values.size(); ++k)
      for (std::size_t i = 0; i < static_cast<std::size_t>(x.rows()); ++i) {
        const auto row = static_cast<Index>(i);
        CHECK(close(values[k].row(row).transpose(),
                    grove::testing::to_vector(model["contributions"][i][k]), 2e-5));
        CHECK(close(Eigen::Map<const Matrix>(interactions[k].row(row).data(), 6, 6),
                    to_matrix(model["interactions"][i][k]), 5e-5));
      }
    const std::map<std::string, Importance> kinds{{"gain", Importance::gain},
                                                  {"total_gain", Importance::total_gain},
                                                  {"weight", Importance::split},
                                                  {"cover", Importance::cover},
                                                  {"total_cover", Importance::total_cover}};
    for (const auto& [name, kind] : kinds) {
      const Vector found = feature_importances(ensemble, 5, kind, false);
      for (int j = 0; j < 5; ++j)
        CHECK(found(j) ==
              Approx(model["importances"][name].value("f" + std::to_string(j), 0.0)).epsilon(1e-5));
      CHECK(feature_importances(ensemble, 5, kind).sum() == Approx(1));
    }
  }
}

TEST_CASE("SHAP values of what they cannot explain") {
  TreeEnsemble ensemble = boosted();
  const Matrix x = RandomTree(1, {}).rows(4);
  CHECK_THROWS_AS(shap_values(ensemble, x.leftCols(2)), InvalidData);
  CHECK_THROWS_AS(shap_values(ensemble, x, x.topRows(0)), InvalidData);
  CHECK_THROWS_AS(shap_values(ensemble, x, x.leftCols(4)), InvalidData);
  CHECK(shap_values(ensemble, x.topRows(0))[2].rows() == 0);
  CHECK(message_of([&] { shap_interactions(ensemble, x.leftCols(1)); }).find("x has 1 columns") !=
        std::string::npos);
  ensemble.trees[3].linear_leaves.push_back({.node = 2, .intercept = 1});
  CHECK_THROWS_AS(shap_values(ensemble, x), Unsupported);
  CHECK_THROWS_AS(shap_values(ensemble, x, x), Unsupported);

  const TreeEnsemble constant{.base = Vector::Constant(1, 3), .trees = {}};
  CHECK(shap_values(constant, x)[0].rowwise().sum() == Vector::Constant(4, 3));
  CHECK(feature_importances(constant, 5, Importance::gain) == Vector::Zero(5));
}
