#include "grove/tree/shap.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "tree/outputs.hpp"
#include "tree/shap_checks.hpp"
#include "tree/shap_paths.hpp"

namespace grove {

namespace {

constexpr Index rows_a_block = 64;

/// Calls add(row number, paths, walk, value of the tree, output) for every row, tree and output;
/// for one row the trees come in their order.
template <class Add>
void for_each_walk(std::string_view who, const TreeEnsemble& ensemble, const MatrixView& x,
                   const Context& context, const Add& add) {
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t) {
    context.check_stop(who);
    const ShapPaths paths(ensemble.trees[t]);
    const Index first = first_output(ensemble, t);
    parallel_for(context, x.rows(), rows_a_block, [&](Index begin, Index end) {
      ShapPaths::Walk walk;
      for (Index i = begin; i < end; ++i) {
        paths.walk(x.data() + i * x.outerStride(), walk);
        for (int k = 0; k < ensemble.trees[t].n_outputs; ++k) add(i, paths, walk, k, first + k);
      }
    });
  }
}

/// What a tree answers on average over its training rows, per output.
Vector expected_answer(const Tree& tree) {
  Matrix means(static_cast<Index>(tree.size()), tree.n_outputs);  // of the nodes
  for (Index i = means.rows() - 1; i >= 0; --i) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(i)];
    if (node.left == 0) {
      means.row(i) =
          Eigen::Map<const Eigen::RowVectorXd>(tree.value(static_cast<int>(i)), tree.n_outputs);
    } else {
      const double share = left_share(tree, node);
      means.row(i) = share * means.row(node.left) + (1 - share) * means.row(node.right);
    }
  }
  return means.row(0).transpose();
}

/// Of every column on the way to a leaf the edge nearest to the leaf.
void last_edges(const ShapPaths& paths, int leaf, std::vector<int>& edges) {
  edges.clear();
  const std::vector<TreeNode>& nodes = paths.tree().nodes;
  const auto column = [&](int edge) {
    return nodes[static_cast<std::size_t>(paths.parent(edge))].feature;
  };
  for (int edge = leaf; edge != 0; edge = paths.parent(edge)) {
    bool is_last = true;
    for (const int other : edges) is_last = is_last && column(other) != column(edge);
    if (is_last) edges.push_back(edge);
  }
}

/// Adds the halves of all interactions to one matrix of the result.
void add_interactions(const ShapPaths& paths, const ShapPaths::Walk& walk, int output,
                      Eigen::Ref<Matrix> matrix) {
  const auto n = static_cast<std::size_t>(paths.n_points());
  const Tree& tree = paths.tree();
  std::vector<int> edges;
  const auto ratio = [&](int edge) {
    return paths.ratio(edge, walk.passed[static_cast<std::size_t>(edge)] != 0);
  };
  const auto column = [&](int edge) {
    return tree.nodes[static_cast<std::size_t>(paths.parent(edge))].feature;
  };
  for (int leaf = 0; leaf < static_cast<int>(tree.size()); ++leaf) {
    if (!tree.is_leaf(leaf)) continue;
    last_edges(paths, leaf, edges);
    const double* products = walk.products.data() + static_cast<std::size_t>(leaf) * n;
    for (std::size_t a = 0; a < edges.size(); ++a)
      for (std::size_t b = 0; b < a; ++b) {
        double integral = 0;
        for (std::size_t q = 0; q < n; ++q)
          integral += products[q] * ratio(edges[a])[q] * ratio(edges[b])[q];
        const double half = tree.value(leaf)[output] * integral / 2;
        matrix(column(edges[a]), column(edges[b])) += half;
        matrix(column(edges[b]), column(edges[a])) += half;
      }
  }
}

}  // namespace

void check_shap(std::string_view who, const TreeEnsemble& ensemble, const MatrixView& x) {
  for (const Tree& tree : ensemble.trees) {
    if (!tree.linear_leaves.empty())
      throw Unsupported(concat(who, " takes trees whose leaves hold values, not lines"),
                        "train without linear leaves to explain a model by SHAP values");
    for (const TreeNode& node : tree.nodes)
      if (node.left != 0 && node.feature >= x.cols())
        throw InvalidData(concat(who, ": the trees use column ", node.feature, ", and x has ",
                                 x.cols(), " columns"),
                          "give the columns that the model was trained on, in their order");
  }
}

std::vector<Matrix> shap_values(const TreeEnsemble& ensemble, const MatrixView& x,
                                const Context& context) {
  check_shap("shap_values", ensemble, x);
  Vector expected = ensemble.base;
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
    expected.segment(first_output(ensemble, t), ensemble.trees[t].n_outputs) +=
        expected_answer(ensemble.trees[t]);
  std::vector<Matrix> values;
  for (const double score : expected) {
    values.emplace_back(Matrix::Zero(x.rows(), x.cols() + 1));
    values.back().col(x.cols()).setConstant(score);
  }
  for_each_walk("shap_values", ensemble, x, context,
                [&](Index i, const ShapPaths& paths, ShapPaths::Walk& walk, int k, Index output) {
                  paths.add_values(k, walk, values[static_cast<std::size_t>(output)].row(i).data());
                });
  return values;
}

std::vector<Matrix> shap_interactions(const TreeEnsemble& ensemble, const MatrixView& x,
                                      const Context& context) {
  check_shap("shap_interactions", ensemble, x);
  const std::vector<Matrix> values = shap_values(ensemble, x, context);
  const Index d = x.cols();
  std::vector<Matrix> result(values.size(), Matrix::Zero(x.rows(), (d + 1) * (d + 1)));
  const auto matrix_of = [&](std::size_t output, Index row) {
    return Eigen::Map<Matrix>(result[output].row(row).data(), d + 1, d + 1);
  };
  for_each_walk("shap_interactions", ensemble, x, context,
                [&](Index i, const ShapPaths& paths, ShapPaths::Walk& walk, int k, Index output) {
                  add_interactions(paths, walk, k, matrix_of(static_cast<std::size_t>(output), i));
                });
  // What is left of a column's part is its own.
  for (std::size_t k = 0; k < result.size(); ++k)
    for (Index i = 0; i < x.rows(); ++i) {
      auto matrix = matrix_of(k, i);
      matrix.diagonal() = values[k].row(i).transpose() - matrix.rowwise().sum();
    }
  return result;
}

}  // namespace grove
