#include "cluster/center_tree.hpp"

#include <algorithm>
#include <limits>

namespace grove::cluster {

namespace {

static_assert(linkage_lanes == kd_lanes);

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// The nodes four levels below, or leaves before.
std::vector<Subtree> sixteen_below(const Subtree& node) {
  std::vector<Subtree> below{node};
  for (int level = 0; level < 4; ++level) {
    std::vector<Subtree> next;
    for (const Subtree& part : below) {
      if (part.is_leaf()) {
        next.push_back(part);
      } else {
        next.push_back(part.left());
        next.push_back(part.right());
      }
    }
    below = std::move(next);
  }
  return below;
}

}  // namespace

CenterTree::CenterTree(const MatrixView& centers, const std::vector<double>& sizes,
                       const Context& context)
    : kernels_(linkage_kernels()), order_(centers, 1, context) {
  const Index n_places = order_.n_leaves * linkage_lanes;
  sizes_.assign(at(n_places), 1);
  names_.assign(at(n_places), std::numeric_limits<std::uint32_t>::max());
  for (Index place = 0; place < order_.n_points; ++place) {
    names_[at(place)] = order_.rows[at(place)];
    sizes_[at(place)] = sizes[names_[at(place)]];
  }
  const Subtree root{0, 0, order_.n_leaves};
  std::vector<double> least(at(2 * order_.n_leaves - 1));
  least_size(root, least);
  add_node(root, bounding_boxes(order_, context), least);
  chunks_ = {order_.chunks.data(), sizes_.data(), names_.data(), static_cast<int>(order_.d)};
  tree_ = {boxes_.data(), least_sizes_.data(), children_.data()};
}

double CenterTree::least_size(const Subtree& node, std::vector<double>& least) const {
  double size = 0;
  if (node.is_leaf()) {
    const Index first = node.first_leaf * linkage_lanes;
    const Index end = std::min(order_.n_points, first + linkage_lanes);
    size = *std::min_element(sizes_.begin() + first, sizes_.begin() + end);
  } else {
    const double left = least_size(node.left(), least);
    size = std::min(left, least_size(node.right(), least));
  }
  return least[at(node.id)] = size;
}

std::int32_t CenterTree::add_node(const Subtree& node, const std::vector<float>& boxes,
                                  const std::vector<double>& least) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const Index d = order_.d;
  const Index made = static_cast<Index>(children_.size()) / linkage_lanes;
  children_.resize(children_.size() + linkage_lanes, -1);
  least_sizes_.resize(children_.size(), 1);
  boxes_.resize(children_.size() * at(2 * d));
  float* const lows = boxes_.data() + made * 2 * d * linkage_lanes;
  std::fill_n(lows, d * linkage_lanes, infinity);
  std::fill_n(lows + d * linkage_lanes, d * linkage_lanes, -infinity);
  const std::vector<Subtree> parts = sixteen_below(node);
  for (std::size_t lane = 0; lane < parts.size(); ++lane) {
    const float* const box = boxes.data() + parts[lane].id * 2 * d;
    for (Index j = 0; j < 2 * d; ++j) lows[j * linkage_lanes + static_cast<Index>(lane)] = box[j];
    least_sizes_[at(made * linkage_lanes) + lane] = least[at(parts[lane].id)];
  }
  for (std::size_t lane = 0; lane < parts.size(); ++lane) {
    const std::int32_t child = parts[lane].is_leaf()
                                   ? -2 - static_cast<std::int32_t>(parts[lane].first_leaf)
                                   : add_node(parts[lane], boxes, least);
    children_[at(made * linkage_lanes) + lane] = child;
  }
  return static_cast<std::int32_t>(made);
}

NearestCenter CenterTree::nearest(Index place, Room& room) const {
  for (Index j = 0; j < order_.d; ++j) room.point[at(j)] = order_.value(place, j);
  NearestCenter best;
  kernels_.nearest_in_tree({room.point.data(), sizes_[at(place)], place}, chunks_, tree_,
                           room.bounds.data(), best, room.work);
  return best;
}

}  // namespace grove::cluster
