#pragma once

#include <random>

#include "grove/tree/tree.hpp"

// Trees made at random, to check what is said of trees against its definition.

namespace grove::testing {

struct RandomTreeOptions {
  int n_columns = 5;  // the last one is categorical, with 4 categories
  int n_outputs = 1;
  int depth = 5;
  bool with_zero_cover = false;
};

class RandomTree {
 public:
  RandomTree(unsigned seed, const RandomTreeOptions& options) : engine_(seed), options_(options) {}

  Tree make() {
    Tree tree;
    tree.n_outputs = options_.n_outputs;
    grow(tree, 0, 0, 100);
    return tree;
  }

  /// Rows that go everywhere: numbers among the thresholds, missing ones, categories beyond the
  /// set.
  Matrix rows(Index n) {
    Matrix x(n, options_.n_columns);
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < x.cols(); ++j) {
        x(i, j) = j + 1 == x.cols() ? below(6) : below(7) - 3;
        if (below(8) == 0) x(i, j) = std::numeric_limits<double>::quiet_NaN();
      }
    return x;
  }

 private:
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  double real() { return below(2001) / 1000.0 - 1; }

  /// The node's children are reserved next to each other and grown one after the other.
  void grow(Tree& tree, std::size_t at, int depth, double cover) {
    if (tree.nodes.size() <= at) resize(tree, at + 1);
    for (int k = 0; k < options_.n_outputs; ++k)
      tree.values[at * static_cast<std::size_t>(options_.n_outputs) + static_cast<std::size_t>(k)] =
          real();
    tree.nodes[at].cover = tree.nodes[at].weight = cover;
    if (depth == options_.depth || (depth > 1 && below(5) == 0)) return;
    TreeNode node = tree.nodes[at];
    node.feature = below(options_.n_columns);
    node.threshold = below(6) - 2.5;
    node.missing_left = below(2) == 0;
    node.gain = below(100) / 10.0;
    if (node.feature == options_.n_columns - 1) {
      node.categories = static_cast<int>(tree.sets.size());
      tree.sets.push_back({static_cast<std::uint8_t>(below(2)), 1, 0, 2});
    }
    node.left = static_cast<int>(tree.nodes.size());
    node.right = node.left + 1;
    resize(tree, tree.nodes.size() + 2);
    tree.nodes[at] = node;
    double share = (1 + below(9)) / 10.0;
    if (options_.with_zero_cover && below(3) == 0) share = below(2);
    grow(tree, static_cast<std::size_t>(node.left), depth + 1, share * cover);
    grow(tree, static_cast<std::size_t>(node.right), depth + 1, (1 - share) * cover);
  }

  void resize(Tree& tree, std::size_t n) {
    tree.nodes.resize(n);
    tree.values.resize(n * static_cast<std::size_t>(options_.n_outputs));
  }

  std::mt19937 engine_;
  RandomTreeOptions options_;
};

}  // namespace grove::testing
