#pragma once

#include <cstdint>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/params/value.hpp"

// The trees that boosting, forests and single decision trees grow, as plain data.

namespace grove {

/// A node; children come after their parent. A leaf has left == 0.
struct TreeNode {
  int feature = 0;
  double threshold = 0;       // numeric: x <= threshold goes left
  int categories = -1;        // categorical: place of its set in Tree::sets
  bool missing_left = false;  // where missing values and unseen categories go
  int left = 0;
  int right = 0;
  double gain = 0;    // of its split
  double cover = 0;   // boosting: sum of hessians; else sum of weights
  double weight = 0;  // of the training rows that came through
};

/// A leaf that answers with a line through some columns; where one of them is missing, the node's
/// plain value holds.
struct LinearLeaf {
  int node = 0;
  double intercept = 0;
  std::vector<int> features = {};
  std::vector<double> coefficients = {};
};

/// One tree. Every node has a value (that of an inner node is what it would answer as a leaf):
/// `values` holds n_outputs numbers per node.
struct Tree {
  int n_outputs = 1;
  std::vector<TreeNode> nodes;
  std::vector<double> values;
  /// Per set, for every category code: 1 = left, 0 = right, 2 = like a missing value.
  std::vector<std::vector<std::uint8_t>> sets;
  /// In the order of their nodes; empty unless asked for.
  std::vector<LinearLeaf> linear_leaves = {};

  std::size_t size() const { return nodes.size(); }
  bool is_leaf(int node) const { return nodes[static_cast<std::size_t>(node)].left == 0; }
  const double* value(int node) const {
    return values.data() + static_cast<std::size_t>(node) * static_cast<std::size_t>(n_outputs);
  }
  int n_leaves() const;
  /// Edges on the longest way from the root to a leaf.
  int depth() const;
  /// Whether x in the node's column goes left.
  bool goes_left(const TreeNode& node, double x) const;
  /// The leaf that a row of doubles falls into.
  int leaf_of(const double* row) const;
  /// The first output of that leaf, or its line.
  double predict(const double* row) const;
  /// What `node` answers to a row: its line if it has one that applies, else its first value.
  double answer(int node, const double* row) const;
};

/// Trees whose answers are added up, starting from `base`. Either every tree has as many outputs as
/// there are (forests), or each has one and tree t belongs to output t % n_outputs (boosting).
struct TreeEnsemble {
  Vector base = Vector::Zero(1);
  std::vector<Tree> trees;

  Index n_outputs() const { return base.size(); }
  /// Trees that make up one round: n_outputs in boosting, 1 in a forest.
  Index trees_a_round() const {
    return !trees.empty() && trees.front().n_outputs > 1 ? 1 : n_outputs();
  }
};

Value tree_to_value(const Tree& tree);
/// Checks that children point forward, that every node but the root has one parent, that features
/// and sets exist and that numbers are finite. Throws ModelFormatError.
Tree tree_from_value(const StateReader& reader, Index n_columns);

}  // namespace grove
