#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "grove/core/error.hpp"
#include "tree/predictor.hpp"

using namespace grove;

namespace {

using Engine = PredictEngine;
constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

std::vector<Engine> engines() {
  std::vector<Engine> here{Engine::fastest};
  for (const Engine engine :
       {Engine::walk, Engine::masks_baseline, Engine::masks_avx2, Engine::masks_avx512})
    if (runs_here(engine)) here.push_back(engine);
  return here;
}

/// Few numbers, so that thresholds and values meet; among them all that are awkward.
double awkward(std::mt19937& random) {
  static const std::vector<double> numbers{-1e308,
                                           -2.5,
                                           -1,
                                           -1e-310,
                                           -0.0,
                                           0.0,
                                           std::numeric_limits<double>::denorm_min(),
                                           1e-310,
                                           0.125,
                                           0.5,
                                           1,
                                           1.5,
                                           2,
                                           3,
                                           7,
                                           1e300,
                                           1e308,
                                           -1e300,
                                           0.25,
                                           std::nextafter(0.25, 1)};
  return numbers[random() % numbers.size()];
}

struct Shape {
  int n_leaves = 31;
  int n_columns = 6;
  int n_outputs = 1;
  bool categories = false;  // in the even columns
  bool lines = false;
  bool chain = false;       // every split is one of the deepest leaf
  bool continuous = false;  // thresholds that rarely repeat
};

void split(Tree& tree, int leaf, const Shape& shape, std::mt19937& random) {
  TreeNode& node = tree.nodes[static_cast<std::size_t>(leaf)];
  node.feature = static_cast<int>(random() % static_cast<unsigned>(shape.n_columns));
  node.missing_left = random() % 2 == 0;
  node.threshold = shape.continuous ? static_cast<double>(random()) / 1e9 - 2 : awkward(random);
  if (shape.categories && node.feature % 2 == 0) {
    node.categories = static_cast<int>(tree.sets.size());
    std::vector<std::uint8_t> set(random() % 70);
    for (std::uint8_t& side : set) side = static_cast<std::uint8_t>(random() % 3);
    tree.sets.push_back(set);
  }
  node.left = static_cast<int>(tree.size());
  node.right = node.left + 1;
  tree.nodes.resize(tree.size() + 2);
}

Tree random_tree(const Shape& shape, std::mt19937& random) {
  Tree tree;
  tree.n_outputs = shape.n_outputs;
  tree.nodes.resize(1);
  std::vector<int> leaves{0};
  while (static_cast<int>(leaves.size()) < shape.n_leaves) {
    const std::size_t at = shape.chain ? leaves.size() - 1 : random() % leaves.size();
    const int leaf = leaves[at];
    split(tree, leaf, shape, random);
    leaves.erase(leaves.begin() + static_cast<std::ptrdiff_t>(at));
    leaves.push_back(static_cast<int>(tree.size()) - 2 + static_cast<int>(random() % 2));
    leaves.push_back(2 * static_cast<int>(tree.size()) - 3 - leaves.back());
  }
  std::normal_distribution<double> normal;
  tree.values.resize(tree.size() * static_cast<std::size_t>(shape.n_outputs));
  for (double& value : tree.values) value = normal(random);
  if (shape.lines)
    for (std::size_t i = 0; i < tree.size(); ++i)
      if (tree.nodes[i].left == 0 && random() % 2 == 0)
        tree.linear_leaves.push_back({static_cast<int>(i), normal(random), {0, 3}, {1e-3, 0.5}});
  return tree;
}

Matrix random_rows(Index n, Index n_columns, std::mt19937& random) {
  Matrix x(n, n_columns);
  for (Index i = 0; i < x.size(); ++i) {
    const auto kind = random() % 20;
    x.data()[i] = kind == 0   ? missing
                  : kind == 1 ? (random() % 2 == 0 ? inf : -inf)
                  : kind < 8  ? static_cast<double>(random() % 80) - 2  // categories, some unseen
                  : kind < 10 ? static_cast<double>(random()) / 1e9 - 2
                              : awkward(random);
  }
  return x;
}

/// Tree by tree, straight from their definition.
Matrix reference(const TreeEnsemble& ensemble, const MatrixView& x, Index n_rounds) {
  Matrix scores(x.rows(), ensemble.n_outputs());
  const Index a_round = ensemble.trees_a_round();
  for (Index i = 0; i < x.rows(); ++i) {
    const double* const row = x.data() + i * x.outerStride();
    scores.row(i) = ensemble.base.transpose();
    for (Index t = 0; t < n_rounds * a_round; ++t) {
      const Tree& tree = ensemble.trees[static_cast<std::size_t>(t)];
      if (tree.n_outputs == 1)
        scores(i, t % a_round) += tree.predict(row);
      else
        for (Index k = 0; k < tree.n_outputs; ++k) scores(i, k) += tree.value(tree.leaf_of(row))[k];
    }
  }
  return scores;
}

/// Bit for bit; a NaN (of a line through +inf and -inf) may have any.
bool same(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index i = 0; i < a.size(); ++i) {
    const double u = a.data()[i], v = b.data()[i];
    if (std::isnan(u) && std::isnan(v)) continue;
    if (std::memcmp(&u, &v, sizeof u) != 0) return false;
  }
  return true;
}

void check_all(const TreeEnsemble& ensemble, const MatrixView& x) {
  const Predictor predictor(ensemble, x.cols());
  const Index n_rounds = predictor.n_rounds();
  const Matrix expected = reference(ensemble, x, n_rounds);
  const Matrix of_some = reference(ensemble, x, n_rounds / 3);
  for (const Engine engine : engines()) {
    INFO("engine " << static_cast<int>(engine));
    CHECK(same(predictor.scores(x, {.threads = 1}, Predictor::all, engine), expected));
    CHECK(same(predictor.scores(x, {.threads = 3}, Predictor::all, engine), expected));
    Matrix scores = predictor.scores(x, {}, n_rounds / 3, engine);
    CHECK(same(scores, of_some));
    predictor.add_scores(x, scores, {}, n_rounds / 3 * ensemble.trees_a_round(),
                         predictor.n_trees(), engine);
    CHECK(same(scores, expected));
  }
  const LeafMatrix leaves = predictor.leaves(x, {});
  Matrix one_by_one(x.rows(), ensemble.n_outputs());
  bool leaves_agree = leaves.rows() == x.rows() && leaves.cols() == predictor.n_trees();
  for (Index i = 0; i < x.rows(); ++i) {
    const double* const row = x.data() + i * x.outerStride();
    predictor.score_row(row, &one_by_one(i, 0));
    for (Index t = 0; t < leaves.cols(); ++t)
      leaves_agree =
          leaves_agree && leaves(i, t) == ensemble.trees[static_cast<std::size_t>(t)].leaf_of(row);
  }
  CHECK(leaves_agree);
  CHECK(same(one_by_one, expected));
}

TreeEnsemble random_ensemble(const std::vector<Shape>& shapes, Index n_outputs,
                             std::mt19937& random) {
  TreeEnsemble ensemble;
  ensemble.base = Vector::LinSpaced(n_outputs, -0.3, 0.7);
  for (const Shape& shape : shapes) ensemble.trees.push_back(random_tree(shape, random));
  return ensemble;
}

}  // namespace

TEST_CASE("Every engine gives the bits of the plain walk") {
  std::mt19937 random(1);
  const Matrix x = random_rows(333, 6, random);
  for (const int n_leaves : {1, 2, 3, 7, 8, 9, 16, 17, 31, 32, 33, 48, 63, 64, 65, 200}) {
    INFO(n_leaves << " leaves");
    check_all(random_ensemble(std::vector<Shape>(13, {n_leaves}), 1, random), x);
  }
}

TEST_CASE("Chains are walked to their end") {
  std::mt19937 random(2);
  const Matrix x = random_rows(200, 6, random);
  for (const int n_leaves : {20, 64, 501}) {
    Shape shape{n_leaves};
    shape.chain = true;
    check_all(random_ensemble(std::vector<Shape>(9, shape), 1, random), x);
  }
}

TEST_CASE("Any number of rows, of any stride") {
  std::mt19937 random(3);
  const TreeEnsemble ensemble = random_ensemble(std::vector<Shape>(20, Shape{}), 1, random);
  for (const Index n : {0, 1, 7, 8, 17, 63, 64, 65, 255, 257, 2500}) {
    INFO(n << " rows");
    check_all(ensemble, random_rows(n, 6, random));
  }
  const Matrix wide = random_rows(100, 11, random);
  check_all(ensemble, wide.middleCols(3, 6));
}

TEST_CASE("Trees of every kind are added in their order") {
  std::mt19937 random(4);
  Shape plain, large{90}, sets, lines, both;
  sets.categories = true;
  lines.lines = true;
  both.categories = both.lines = true;
  std::vector<Shape> mixed;
  for (int i = 0; i < 60; ++i)
    mixed.push_back(std::vector<Shape>{plain, large, sets, lines, both, plain}[random() % 6]);
  const Matrix x = random_rows(300, 6, random);
  check_all(random_ensemble(mixed, 1, random), x);
  check_all(random_ensemble(mixed, 3, random), x);
  check_all(random_ensemble(mixed, 5, random), x);
}

TEST_CASE("Trees of several outputs add all of them") {
  std::mt19937 random(5);
  Shape shape{40};
  shape.n_outputs = 4;
  shape.categories = true;
  check_all(random_ensemble(std::vector<Shape>(11, shape), 4, random), random_rows(150, 6, random));
}

TEST_CASE("More thresholds than a byte can tell apart take several sets of codes") {
  std::mt19937 random(6);
  Shape narrow{60};
  narrow.n_columns = 2;
  narrow.continuous = true;
  TreeEnsemble ensemble = random_ensemble(std::vector<Shape>(30, narrow), 1, random);
  Matrix x = random_rows(400, 2, random);
  // Values next to thresholds and on them.
  for (Index i = 0; i < x.rows(); ++i) {
    const Tree& tree = ensemble.trees[random() % 30];
    const TreeNode& node = tree.nodes[random() % tree.size()];
    if (node.left == 0) continue;
    x(i, node.feature) =
        i % 3 == 0 ? node.threshold : std::nextafter(node.threshold, i % 3 == 1 ? inf : -inf);
  }
  check_all(ensemble, x);

  Shape wide{60};
  wide.n_columns = 1500;
  check_all(random_ensemble(std::vector<Shape>(50, wide), 1, random),
            random_rows(70, 1500, random));
}

TEST_CASE("A column with exactly as many thresholds as its codes allow") {
  TreeEnsemble ensemble;
  std::mt19937 random(7);
  for (int t = 0; t < 2 * mask_thresholds + 3; ++t) {
    Tree stump;
    stump.nodes.resize(3);
    stump.nodes[0].threshold = t;
    stump.nodes[0].missing_left = t % 2 == 0;
    stump.nodes[0].left = 1;
    stump.nodes[0].right = 2;
    stump.values = {0, std::ldexp(1.0, -(t % 50)), 1.0 + t};
    ensemble.trees.push_back(stump);
  }
  Matrix x(1200, 1);
  for (Index i = 0; i < x.rows(); ++i)
    x(i, 0) = i == 0 ? missing : 0.5 * static_cast<double>(i) - 5;
  check_all(ensemble, x);
}

TEST_CASE("An ensemble without trees answers its base") {
  TreeEnsemble ensemble;
  ensemble.base = Vector::LinSpaced(3, 1, 3);
  std::mt19937 random(8);
  check_all(ensemble, random_rows(20, 2, random));
}

TEST_CASE("The predictor counts its work and refuses other columns") {
  std::mt19937 random(9);
  const TreeEnsemble ensemble = random_ensemble(std::vector<Shape>(4, Shape{}), 2, random);
  const Predictor predictor(ensemble, 6);
  for (const Index n : {3, 500}) {
    Ledger ledger;
    predictor.scores(random_rows(n, 6, random), {.ledger = &ledger}, 1);
    CHECK(ledger.counts().at(std::string(work::row_tree_visits)) ==
          static_cast<std::uint64_t>(2 * n));
  }
  CHECK_THROWS_AS(predictor.scores(random_rows(3, 5, random), {}), InvalidData);
}
