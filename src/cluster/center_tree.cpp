#include "cluster/center_tree.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "neighbors/tree_shape.hpp"

namespace grove::cluster {

namespace {
static_assert(linkage_lanes == kd_lanes);
std::size_t at(Index i) { return static_cast<std::size_t>(i); }
}  // namespace

CenterTree::CenterTree(const MatrixView& centers, const std::vector<double>& sizes,
                       const Context& context)
    : kernels_(linkage_kernels()),
      order_(centers, chunks_a_leaf, context),
      boxes_(bounding_boxes(order_, context)) {
  const Index n_places = order_.n_leaves * chunks_a_leaf * linkage_lanes;
  sizes_.assign(at(n_places), 1);
  names_.assign(at(n_places), std::numeric_limits<std::uint32_t>::max());
  for (Index place = 0; place < order_.n_points; ++place) {
    names_[at(place)] = order_.rows[at(place)];
    sizes_[at(place)] = sizes[names_[at(place)]];
  }
  least_sizes_.resize(at(2 * order_.n_leaves - 1));
  const auto least_size = [&](const auto& self, const Subtree& node) -> double {
    double& least = least_sizes_[at(node.id)];
    if (node.is_leaf()) {
      const Index first = node.first_leaf * chunks_a_leaf * linkage_lanes;
      const Index end = std::min(order_.n_points, first + chunks_a_leaf * linkage_lanes);
      least = *std::min_element(sizes_.begin() + first, sizes_.begin() + end);
    } else {
      const double left = self(self, node.left());
      least = std::min(left, self(self, node.right()));
    }
    return least;
  };
  least_size(least_size, Subtree{0, 0, order_.n_leaves});
  chunks_ = {order_.chunks.data(), sizes_.data(), names_.data(), static_cast<int>(order_.d)};
}

/// Not above the distance of any centre in the node, to the bit: the terms are added up in the same
/// order, and rounding keeps the order of numbers.
double CenterTree::bound(const CenterQuery& query, Index node) const {
  const Index d = order_.d;
  const float* const box = boxes_.data() + node * 2 * d;
  double sum = 0;
  for (Index j = 0; j < d; ++j) {
    const double gap = std::max({box[j] - query.point[j], query.point[j] - box[d + j], 0.0});
    sum += gap * gap;
  }
  const double size = least_sizes_[at(node)];
  return sum * (query.size * size / (query.size + size));
}

void CenterTree::scan_leaf(const CenterQuery& query, Index leaf, NearestCenter& best,
                           Work& work) const {
  kernels_.nearest(query, chunks_, leaf * chunks_a_leaf, chunks_a_leaf, best);
  work.distance_evaluations += chunks_a_leaf * linkage_lanes;
}

NearestCenter CenterTree::nearest(Index place, double* point, Work& work) const {
  for (Index j = 0; j < order_.d; ++j) point[j] = order_.value(place, j);
  const CenterQuery query{point, sizes_[at(place)], place};
  NearestCenter best;
  const Index own_leaf = place / (chunks_a_leaf * linkage_lanes);
  scan_leaf(query, own_leaf, best, work);
  struct Part {
    Subtree node;
    double bound;
  };
  std::array<Part, 64> pending;  // one for each level of the tree
  std::size_t n_pending = 0;
  pending[n_pending++] = {Subtree{0, 0, order_.n_leaves}, 0};
  while (n_pending > 0) {
    Part part = pending[--n_pending];
    while (part.bound <= best.distance && !part.node.is_leaf()) {
      Part left{part.node.left(), 0};
      Part right{part.node.right(), 0};
      left.bound = bound(query, left.node.id);
      right.bound = bound(query, right.node.id);
      ++work.nodes_visited;
      const bool left_first = left.bound <= right.bound;
      pending[n_pending++] = left_first ? right : left;
      part = left_first ? left : right;
    }
    if (part.bound <= best.distance && part.node.first_leaf != own_leaf)
      scan_leaf(query, part.node.first_leaf, best, work);
  }
  return best;
}

}  // namespace grove::cluster
