#include "tree/cart_model.hpp"

#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr Index rows_a_block = 4096;  // many, so that a tree is in the cache for most of them

/// Calls use(tree, row, node) for every tree and row.
template <class Use>
void walk(const TreeEnsemble& ensemble, const MatrixView& x, const Context& context,
          const Use& use) {
  parallel_for(context, x.rows(), rows_a_block, [&](Index begin, Index end) {
    context.check_stop("prediction");
    for (std::size_t t = 0; t < ensemble.trees.size(); ++t)
      for (Index i = begin; i < end; ++i)
        use(t, i, ensemble.trees[t].leaf_of(x.data() + i * x.outerStride()));
    context.count(work::row_tree_visits,
                  static_cast<std::uint64_t>(end - begin) * ensemble.trees.size());
  });
}

}  // namespace

Matrix predict_trees(const TreeEnsemble& ensemble, const MatrixView& x, const Context& context) {
  Matrix sums = ensemble.base.transpose().replicate(x.rows(), 1);
  const Index n_outputs = ensemble.n_outputs();
  walk(ensemble, x, context, [&](std::size_t t, Index i, int leaf) {
    const double* value = ensemble.trees[t].value(leaf);
    double* out = sums.data() + i * n_outputs;
    for (Index k = 0; k < n_outputs; ++k) out[k] += value[k];
  });
  return sums;
}

Matrix mean_of_trees(const TreeEnsemble& ensemble, const MatrixView& x, const Context& context) {
  return predict_trees(ensemble, x, context) / static_cast<double>(ensemble.trees.size());
}

Eigen::MatrixXi leaves_of(const TreeEnsemble& ensemble, const MatrixView& x,
                          const Context& context) {
  Eigen::MatrixXi leaves(x.rows(), static_cast<Index>(ensemble.trees.size()));
  walk(ensemble, x, context,
       [&](std::size_t t, Index i, int leaf) { leaves(i, static_cast<Index>(t)) = leaf; });
  return leaves;
}

Labels argmax_rows(const Matrix& shares) {
  Labels labels(shares.rows());
  for (Index i = 0; i < shares.rows(); ++i) shares.row(i).maxCoeff(&labels(i));
  return labels;
}

Vector importances_of(const CartModel& model) {
  Vector sum = Vector::Zero(model.trained_on.n_columns());
  for (const Tree& tree : model.ensemble.trees) {
    Vector gains = Vector::Zero(sum.size());
    for (const TreeNode& node : tree.nodes)
      if (node.left != 0) gains(node.feature) += node.gain;
    if (gains.sum() > 0) sum += gains / gains.sum();
  }
  return sum.sum() > 0 ? Vector(sum / sum.sum()) : sum;
}

Value::Map cart_to_value(const CartModel& model) {
  Value::List trees;
  for (const Tree& tree : model.ensemble.trees) trees.push_back(tree_to_value(tree));
  return {{"trained_on", model.trained_on.to_value()}, {"trees", std::move(trees)}};
}

CartModel cart_from_value(bool classes, const StateReader& reader) {
  CartModel model;
  model.trained_on = TrainedOn::from_value(reader.at("trained_on"));
  const Index n_classes = model.trained_on.n_classes();
  if (classes != (n_classes > 0)) reader.fail("does not fit its kind of target");
  model.ensemble.base = Vector::Zero(classes ? n_classes : 1);
  for (const StateReader& tree : reader.list("trees")) {
    model.ensemble.trees.push_back(tree_from_value(tree, model.trained_on.n_columns()));
    if (model.ensemble.trees.back().n_outputs != model.ensemble.n_outputs())
      tree.fail("has another number of outputs than the model");
  }
  if (model.ensemble.trees.empty()) reader.fail("has no trees");
  return model;
}

}  // namespace grove
