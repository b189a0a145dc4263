#include "grove/tree/importance.hpp"

namespace grove {

Vector feature_importances(const TreeEnsemble& ensemble, Index n_columns, Importance kind,
                           bool normalised) {
  const bool by_gain = kind == Importance::gain || kind == Importance::total_gain;
  Vector counts = Vector::Zero(n_columns);
  Vector sums = Vector::Zero(n_columns);
  for (const Tree& tree : ensemble.trees)
    for (const TreeNode& node : tree.nodes) {
      if (node.left == 0) continue;
      counts(node.feature) += 1;
      sums(node.feature) += by_gain ? node.gain : node.cover;
    }
  Vector result = kind == Importance::split ? counts : sums;
  if (kind == Importance::gain || kind == Importance::cover)
    result.array() /= counts.array().max(1);
  const double total = result.sum();
  return normalised && total > 0 ? Vector(result / total) : result;
}

}  // namespace grove
