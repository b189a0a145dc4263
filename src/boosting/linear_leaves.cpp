#include "boosting/linear_leaves.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "grove/core/parallel.hpp"

namespace grove {

namespace {

/// For every node the numeric columns of the splits above it, in order, each once.
std::vector<std::vector<int>> path_columns(const Dataset& data, const Tree& tree) {
  std::vector<std::vector<int>> columns(tree.nodes.size());
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (node.left == 0) continue;
    std::vector<int> below = columns[i];
    const auto at = std::lower_bound(below.begin(), below.end(), node.feature);
    const bool numeric =
        data.columns()[static_cast<std::size_t>(node.feature)].kind == ColumnKind::numeric;
    if (numeric && (at == below.end() || *at != node.feature)) below.insert(at, node.feature);
    columns[static_cast<std::size_t>(node.left)] = below;
    columns[static_cast<std::size_t>(node.right)] = std::move(below);
  }
  return columns;
}

LinearLeaf line_of(const Dataset& data, const GrowTask& task, const GrownTree& grown,
                   const LeafRows& leaf, const std::vector<int>& columns) {
  const MatrixMap x = data.x();
  const auto d = static_cast<Index>(columns.size());
  Matrix normal = Matrix::Zero(d + 1, d + 1);
  Vector right = Vector::Zero(d + 1);
  Vector point(d + 1);
  Index n_used = 0;
  for (std::size_t i = leaf.begin; i < leaf.end; ++i) {
    const std::uint32_t row = grown.rows[i];
    for (Index j = 0; j < d; ++j) point(j) = x(row, columns[static_cast<std::size_t>(j)]);
    point(d) = 1;
    if (point.hasNaN()) continue;
    ++n_used;
    normal += task.sums.hessians[row] * task.sums.hessian_unit * point * point.transpose();
    right -= task.sums.gradients[row] * task.sums.gradient_unit * point;
  }
  LinearLeaf line;
  line.node = leaf.node;
  line.intercept = *grown.tree.value(leaf.node);
  if (n_used <= d) return line;
  normal.diagonal().head(d).array() += task.params.linear_lambda;
  normal(d, d) += task.params.l2_regularization;
  const Vector solution = normal.ldlt().solve(right);
  if (!solution.allFinite()) return line;
  line.intercept = solution(d);
  line.features = columns;
  line.coefficients.assign(solution.data(), solution.data() + d);
  return line;
}

}  // namespace

void fit_linear_leaves(const Dataset& data, const GrowTask& task, GrownTree& grown) {
  const std::vector<std::vector<int>> columns = path_columns(data, grown.tree);
  std::vector<LeafRows> leaves = grown.leaves;
  std::sort(leaves.begin(), leaves.end(),
            [](const LeafRows& a, const LeafRows& b) { return a.node < b.node; });
  std::vector<LinearLeaf> lines(leaves.size());
  parallel_for(task.context, static_cast<Index>(leaves.size()), 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const LeafRows& leaf = leaves[static_cast<std::size_t>(i)];
      lines[static_cast<std::size_t>(i)] =
          line_of(data, task, grown, leaf, columns[static_cast<std::size_t>(leaf.node)]);
    }
  });
  for (LinearLeaf& line : lines)
    if (!line.features.empty()) grown.tree.linear_leaves.push_back(std::move(line));
}

}  // namespace grove
