#include "tree/shap_paths.hpp"

#include <algorithm>
#include <type_traits>

#include "tree/quadrature.hpp"

namespace grove {

namespace {

std::size_t place(int node) { return static_cast<std::size_t>(node); }

/// Calls f(n), with the common ones as constants, for which the loops over points are unrolled.
template <class F>
void with_constant(int n, const F& f) {
  if (n == 2) {
    f(std::integral_constant<int, 2>());
  } else if (n == 4) {
    f(std::integral_constant<int, 4>());
  } else if (n == 6) {
    f(std::integral_constant<int, 6>());
  } else {
    f(n);
  }
}

}  // namespace

double left_share(const Tree& tree, const TreeNode& node) {
  const double left = tree.nodes[place(node.left)].cover;
  const double right = tree.nodes[place(node.right)].cover;
  return left + right > 0 ? left / (left + right) : 0.5;
}

ShapPaths::ShapPaths(const Tree& tree) : tree_(&tree) {
  link();
  const Quadrature rule = gauss_legendre(n_points_);
  weights_ = rule.weights;
  tabulate(rule.points);
}

void ShapPaths::link() {
  const std::vector<TreeNode>& nodes = tree_->nodes;
  parents_.assign(nodes.size(), 0);
  above_.assign(nodes.size(), 0);
  shares_.assign(nodes.size(), 1);
  factors_stay_failed_.assign(nodes.size(), 1);
  std::vector<int> n_columns(nodes.size(), 0);  // distinct ones on the way
  int most = 1;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].left == 0) continue;
    const double to_left = left_share(*tree_, nodes[i]);
    int edge = static_cast<int>(i);
    while (edge != 0 && nodes[place(parents_[place(edge)])].feature != nodes[i].feature)
      edge = parents_[place(edge)];
    for (const int child : {nodes[i].left, nodes[i].right}) {
      const double share = child == nodes[i].left ? to_left : 1 - to_left;
      parents_[place(child)] = static_cast<int>(i);
      above_[place(child)] = edge;
      shares_[place(child)] = share * shares_[place(edge)];
      factors_stay_failed_[place(child)] = share;
      n_columns[place(child)] = n_columns[i] + (edge == 0 ? 1 : 0);
      most = std::max(most, n_columns[place(child)]);
    }
  }
  // The integrands have degree most - 1; loops of an even length are faster.
  n_points_ = (most + 3) / 4 * 2;
}

void ShapPaths::tabulate(const std::vector<double>& points) {
  const std::size_t size = tree_->size() * points.size();
  for (auto* table : {&factors_passed_, &factors_failed_, &ratios_, &steps_passed_, &steps_failed_})
    table->assign(size, 0);
  for (const double t : points) failed_ratio_.push_back(-1 / (1 - t));
  for (std::size_t i = 0; i < tree_->size(); ++i) {
    const std::size_t up = place(above_[i]);
    for (std::size_t q = 0; q < points.size(); ++q) {
      const double t = points[q];
      const double term = t + (1 - t) * shares_[i];
      const double term_above = t + (1 - t) * shares_[up];
      const std::size_t cell = i * points.size() + q;
      factors_passed_[cell] = term / term_above;
      factors_failed_[cell] = (1 - t) * shares_[i] / term_above;
      ratios_[cell] = (1 - shares_[i]) / term;
      const double ratio_above = (1 - shares_[up]) / term_above;
      steps_passed_[cell] = ratios_[cell] - ratio_above;
      steps_failed_[cell] = failed_ratio_[q] - ratio_above;
    }
  }
}

void ShapPaths::walk(const double* row, Walk& walk) const {
  const std::vector<TreeNode>& nodes = tree_->nodes;
  walk.passed.resize(nodes.size());
  walk.products.resize(row_of(static_cast<int>(nodes.size())));
  walk.passed[0] = 1;
  std::copy(weights_.begin(), weights_.end(), walk.products.begin());
  with_constant(n_points_, [&](const auto n) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].left == 0) continue;
      const double* from = walk.products.data() + row_of(static_cast<int>(i));
      const bool left = tree_->goes_left(nodes[i], row[nodes[i].feature]);
      for (const int child : {nodes[i].left, nodes[i].right}) {
        const bool passed_above = walk.passed[place(above(child))] != 0;
        const bool passed = passed_above && left == (child == nodes[i].left);
        walk.passed[place(child)] = passed ? 1 : 0;
        double* to = walk.products.data() + row_of(child);
        if (passed_above) {
          const double* factors =
              (passed ? factors_passed_ : factors_failed_).data() + row_of(child);
          for (int q = 0; q < n; ++q) to[q] = from[q] * factors[q];
        } else {
          const double factor = factors_stay_failed_[place(child)];
          for (int q = 0; q < n; ++q) to[q] = from[q] * factor;
        }
      }
    }
  });
}

void ShapPaths::add_values(int output, Walk& walk, double* parts) const {
  const std::vector<TreeNode>& nodes = tree_->nodes;
  walk.sums.resize(walk.products.size());
  with_constant(n_points_, [&](const auto n) {
    for (int node = static_cast<int>(nodes.size()) - 1; node > 0; --node) {
      double* sums = walk.sums.data() + row_of(node);
      if (tree_->is_leaf(node)) {
        const double value = tree_->value(node)[output];
        const double* products = walk.products.data() + row_of(node);
        for (int q = 0; q < n; ++q) sums[q] = value * products[q];
      } else {
        const double* left = walk.sums.data() + row_of(nodes[place(node)].left);
        const double* right = walk.sums.data() + row_of(nodes[place(node)].right);
        for (int q = 0; q < n; ++q) sums[q] = left[q] + right[q];
      }
      if (walk.passed[place(above(node))] == 0) continue;
      const bool passed = walk.passed[place(node)] != 0;
      const double* steps = (passed ? steps_passed_ : steps_failed_).data() + row_of(node);
      double part = 0;
      for (int q = 0; q < n; ++q) part += sums[q] * steps[q];
      parts[nodes[place(parent(node))].feature] += part;
    }
  });
}

}  // namespace grove
