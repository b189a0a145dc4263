#pragma once

#include <vector>

#include "grove/tree/tree.hpp"

namespace grove {

/// Of the training rows that come to an inner node, the share that goes left, by cover.
double left_share(const Tree& tree, const TreeNode& node);

/// A tree as the path-dependent SHAP values see it.
///
/// A leaf's value v reaches a row of which the columns S are known with the product over the
/// columns j of its path of `o_j` (1 if the row passes all tests on j, else 0) for j in S and `z_j`
/// (the product of the shares of cover behind these tests) for the others. Shapley's weights turn
/// the sum over all S into an integral: column j gets v (o_j - z_j) times the integral over t in
/// (0, 1) of the product over the other columns i of (t o_i + (1 - t) z_i). This holds the products
/// at the points of a quadrature, from the root down; divided by j's own term, they give its
/// integrand.
///
/// An edge is named by the node it leads to; the root stands for an edge that is always passed.
class ShapPaths {
 public:
  explicit ShapPaths(const Tree& tree);

  const Tree& tree() const { return *tree_; }
  int n_points() const { return n_points_; }
  int parent(int node) const { return parents_[static_cast<std::size_t>(node)]; }
  /// The next edge towards the root on the same column, or the root.
  int above(int node) const { return above_[static_cast<std::size_t>(node)]; }

  /// What a row makes of the tree.
  struct Walk {
    /// Whether the row passes this edge and all above it on the same column.
    std::vector<char> passed;
    /// n_points per node: the weight of the quadrature times the terms of all columns on the way.
    std::vector<double> products;
    /// The same, times the values of one output, summed over the leaves below.
    std::vector<double> sums;
  };
  void walk(const double* row, Walk& walk) const;
  /// Adds what each column gets of an output to `parts`.
  void add_values(int output, Walk& walk, double* parts) const;

  /// (o - z) / (t o + (1 - t) z) of an edge, at each point.
  const double* ratio(int node, bool passed) const {
    return passed ? ratios_.data() + row_of(node) : failed_ratio_.data();
  }

 private:
  /// Where a node's numbers begin in a table with n_points per node.
  std::size_t row_of(int node) const {
    return static_cast<std::size_t>(node) * static_cast<std::size_t>(n_points_);
  }
  void link();
  void tabulate(const std::vector<double>& points);

  const Tree* tree_;
  int n_points_ = 1;
  std::vector<int> parents_, above_;
  std::vector<double> shares_;   // of cover behind this edge and those above it on the same column
  std::vector<double> weights_;  // of the quadrature
  std::vector<double> failed_ratio_;
  /// n_points per node: the term of this edge over that of the edge above.
  std::vector<double> factors_passed_, factors_failed_;
  std::vector<double> factors_stay_failed_;  // one per node: the same for all points
  /// The ratio less that of the edge above, which the row passes: from edge to edge on a column the
  /// steps add up to the last edge's ratio.
  std::vector<double> steps_passed_, steps_failed_;
  std::vector<double> ratios_;
};

}  // namespace grove
