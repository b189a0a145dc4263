#include "cluster/density/mean_tree.hpp"

#include <algorithm>
#include <array>

namespace grove::cluster {

MeanTree::MeanTree(const MatrixView& points, const Context& context)
    : order_(points, 1, context),
      boxes_(bounding_boxes(order_, context)),
      sums_(static_cast<std::size_t>((2 * order_.n_leaves - 1) * order_.d)) {
  add_up({0, 0, order_.n_leaves});
}

Index MeanTree::count(const Subtree& node) const {
  const Index first = node.first_leaf * kd_lanes;
  return std::min(order_.n_points, first + node.n_leaves * kd_lanes) - first;
}

void MeanTree::add_up(const Subtree& node) {
  double* const sum = sums_.data() + node.id * order_.d;
  if (node.is_leaf()) {
    for (Index j = 0; j < order_.d; ++j)
      for (Index i = 0; i < count(node); ++i)
        sum[j] += order_.value(node.first_leaf * kd_lanes + i, j);
    return;
  }
  add_up(node.left());
  add_up(node.right());
  const double* const left = sums_.data() + node.left().id * order_.d;
  const double* const right = sums_.data() + node.right().id * order_.d;
  for (Index j = 0; j < order_.d; ++j) sum[j] = left[j] + right[j];
}

Index MeanTree::sum_within(const double* center, const Within& within, double* sum,
                           SearchWork& work) const {
  const Index d = order_.d;
  std::fill_n(sum, d, 0.0);
  Index n = 0;
  std::array<Subtree, 64> pending;  // one for each level of the tree
  std::size_t n_pending = 0;
  pending[n_pending++] = {0, 0, order_.n_leaves};
  while (n_pending > 0) {
    const Subtree node = pending[--n_pending];
    ++work.nodes_visited;
    const float* const box = boxes_.data() + node.id * 2 * d;
    double nearest = 0;
    double farthest = 0;
    for (Index j = 0; j < d; ++j) {
      const double below = box[j] - center[j];
      const double above = center[j] - box[d + j];
      const double gap = std::max({below, above, 0.0});
      const double span = std::max(-below, -above);
      nearest += gap * gap;
      farthest += span * span;
    }
    // Boxes hold their points, and rounding keeps the order: these bound computed distances.
    if (nearest > within.certain) continue;
    if (farthest <= within.certain) {
      const double* const node_sum = sums_.data() + node.id * d;
      for (Index j = 0; j < d; ++j) sum[j] += node_sum[j];
      n += count(node);
      continue;
    }
    if (!node.is_leaf()) {
      pending[n_pending++] = node.right();
      pending[n_pending++] = node.left();
      continue;
    }
    const double* const chunk = order_.chunk(node.first_leaf);
    std::array<double, kd_lanes> distances{};
    for (Index j = 0; j < d; ++j)
      for (Index i = 0; i < kd_lanes; ++i) {
        const double difference = center[j] - chunk[j * kd_lanes + i];
        distances[static_cast<std::size_t>(i)] += difference * difference;
      }
    work.read_points(count(node), d);
    for (Index i = 0; i < count(node); ++i) {
      if (!(distances[static_cast<std::size_t>(i)] <= within.certain)) continue;
      for (Index j = 0; j < d; ++j) sum[j] += chunk[j * kd_lanes + i];
      ++n;
    }
  }
  return n;
}

}  // namespace grove::cluster
