#include "cluster/linkage/center_tree.hpp"

#include <algorithm>
#include <cmath>
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
  places_.resize(at(order_.n_points));
  for (Index place = 0; place < order_.n_points; ++place) {
    names_[at(place)] = order_.rows[at(place)];
    places_[names_[at(place)]] = place;
    sizes_[at(place)] = sizes[names_[at(place)]];
  }
  const Subtree root{0, 0, order_.n_leaves};
  std::vector<double> least(at(2 * order_.n_leaves - 1));
  least_size(root, least);
  add_node(root, bounding_boxes(order_, context), least);
  chunks_ = {order_.chunks.data(), sizes_.data(), names_.data(), static_cast<int>(order_.d)};
  make_floats(centers);
  tree_ = {boxes_.data(), inverse_sizes_.data(), children_.data()};
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
  inverse_sizes_.resize(children_.size(), 1);
  boxes_.resize(children_.size() * at(2 * d));
  float* const lows = boxes_.data() + made * 2 * d * linkage_lanes;
  std::fill_n(lows, d * linkage_lanes, infinity);
  std::fill_n(lows + d * linkage_lanes, d * linkage_lanes, -infinity);
  const std::vector<Subtree> parts = sixteen_below(node);
  for (std::size_t lane = 0; lane < parts.size(); ++lane) {
    const float* const box = boxes.data() + parts[lane].id * 2 * d;
    for (Index j = 0; j < 2 * d; ++j) lows[j * linkage_lanes + static_cast<Index>(lane)] = box[j];
    inverse_sizes_[at(made * linkage_lanes) + lane] =
        static_cast<float>(1 / least[at(parts[lane].id)]);
  }
  for (std::size_t lane = 0; lane < parts.size(); ++lane) {
    const std::int32_t child = parts[lane].is_leaf()
                                   ? -2 - static_cast<std::int32_t>(parts[lane].first_leaf)
                                   : add_node(parts[lane], boxes, least);
    children_[at(made * linkage_lanes) + lane] = child;
  }
  return static_cast<std::int32_t>(made);
}

void CenterTree::make_floats(const MatrixView& centers) {
  const Index d = order_.d;
  double largest = 0;
  for (Index j = 0; j < d; ++j) {
    const double low = centers.col(j).minCoeff();
    const double high = centers.col(j).maxCoeff();
    shift_.push_back(low / 2 + high / 2);
    largest = std::max({largest, high - shift_.back(), shift_.back() - low});
  }
  // A power of two, so that scaling does not round.
  const double scale = largest > 0 ? std::ldexp(1.0, std::min(1000, -std::ilogb(largest) - 1)) : 1;
  const Index n_places = order_.n_leaves * linkage_lanes;
  floats_.resize(at(n_places * d));
  for (Index at_value = 0; at_value < n_places * d; ++at_value)
    floats_[at(at_value)] = static_cast<float>(
        (order_.chunks.data()[at_value] - shift_[at(at_value / linkage_lanes % d)]) * scale);
  for (const double size : sizes_) inverse_place_sizes_.push_back(static_cast<float>(1 / size));
  float_chunks_ = {floats_.data(), inverse_place_sizes_.data(), shift_.data(), scale};
}

NearestCenter CenterTree::measured(Index place, Index other) const {
  const Index other_place = places_[at(other)];
  double sum = 0;
  for (Index j = 0; j < order_.d; ++j) {
    const double difference = order_.value(place, j) - order_.value(other_place, j);
    sum += difference * difference;
  }
  const double own = sizes_[at(place)];
  const double size = sizes_[at(other_place)];
  return {sum * (own * size / (own + size)), static_cast<std::uint32_t>(other), other_place};
}

void CenterTree::search(std::span<const Index> places, NearestCenter* found, TreeWork& work) const {
  const Index d = order_.d;
  std::vector<double> points(at(CenterGroup::most * d));
  std::vector<float> room(at(6 * d));
  for (std::size_t first = 0; first < places.size(); first += CenterGroup::most) {
    CenterGroup group;
    group.room = room.data();
    for (; group.n < CenterGroup::most && first + at(group.n) < places.size(); ++group.n) {
      const Index place = places[first + at(group.n)];
      double* const point = points.data() + group.n * d;
      for (Index j = 0; j < d; ++j) point[j] = order_.value(place, j);
      group.points[group.n] = point;
      group.sizes[group.n] = sizes_[at(place)];
      group.places[group.n] = place;
    }
    kernels_.nearest_in_tree(group, chunks_, float_chunks_, tree_, found + first, work);
  }
}

}  // namespace grove::cluster
