#include "cluster/reachability/reachability_walk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>

#include "grove/core/parallel.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/point_blocks.hpp"
#include "neighbors/search.hpp"
#include "neighbors/tree_shape.hpp"

namespace grove::cluster {

namespace {

constexpr std::uint32_t nothing = 0xffffffff;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Every point that was visited keeps its cheapest link to one that was not. Links are found in a
/// KD-tree whose nodes know the least row that is left in them; they only get dearer, so that a
/// link to a point that meanwhile was visited still is a bound, and is only renewed at the front of
/// the queue.
class TreeWalk {
 public:
  explicit TreeWalk(const WalkTask& task)
      : task_(task),
        order_(task.points, 1, task.context),
        boxes_(bounding_boxes(order_, task.context)),
        n_(static_cast<std::size_t>(task.n())),
        ranks_(n_, nothing),
        least_rows_(static_cast<std::size_t>(2 * order_.n_leaves - 1)),
        least_ranks_(least_rows_.size(), nothing),
        query_(static_cast<std::size_t>(order_.d)),
        met_(n_, 0) {
    places_.resize(n_);
    for (std::size_t place = 0; place < n_; ++place)
      places_[order_.rows[place]] = static_cast<std::uint32_t>(place);
    fill_rows({0, 0, order_.n_leaves});
    reach_limit_ = task.max_eps < infinity ? task.reduced.reach(task.max_eps) : infinity;
  }

  Walk run();

 private:
  struct Link {
    double weight;
    std::uint32_t row;   // the point that is reached
    std::uint32_t from;  // a row
    bool operator>(const Link& other) const {
      return weight != other.weight ? weight > other.weight
             : row != other.row     ? row > other.row
                                    : from > other.from;
    }
  };
  struct Part {
    Subtree node;
    double bound;
  };

  std::uint32_t fill_rows(const Subtree& node);
  void visit(std::uint32_t row, std::uint32_t rank);
  Link cheapest(std::uint32_t from);
  std::uint32_t earliest(std::uint32_t row, double weight);
  void look_at(std::uint32_t row) {
    for (Index j = 0; j < order_.d; ++j)
      query_[static_cast<std::size_t>(j)] = order_.value(places_[row], j);
  }
  double to_box(Index node) const;
  double to_place(Index place) const;
  /// No link from the point costs less.
  double core(std::uint32_t row) const { return task_.core_distances(row); }
  std::uint32_t& least_row(const Subtree& node) {
    return least_rows_[static_cast<std::size_t>(node.id)];
  }
  std::uint32_t& least_rank(const Subtree& node) {
    return least_ranks_[static_cast<std::size_t>(node.id)];
  }

  const WalkTask& task_;
  KdOrder order_;
  std::vector<float> boxes_;
  std::size_t n_;
  std::vector<std::uint32_t> ranks_;        // of each row in the walk
  std::vector<std::uint32_t> least_rows_;   // left in each node
  std::vector<std::uint32_t> least_ranks_;  // visited in each node
  std::vector<std::uint32_t> places_ = {};
  std::vector<double> query_;
  std::vector<char> met_;  // by group: whether one of its rows was visited
  std::vector<Part> pending_ = {};
  double reach_limit_ = infinity;
  SearchWork work_ = {};
};

std::uint32_t TreeWalk::fill_rows(const Subtree& node) {
  std::uint32_t least = nothing;
  if (node.is_leaf()) {
    const Index begin = node.first_leaf * kd_lanes;
    const Index end = std::min(order_.n_points, begin + kd_lanes);
    for (Index place = begin; place < end; ++place)
      least = std::min(least, order_.rows[static_cast<std::size_t>(place)]);
  } else {
    least = std::min(fill_rows(node.left()), fill_rows(node.right()));
  }
  return least_row(node) = least;
}

void TreeWalk::visit(std::uint32_t row, std::uint32_t rank) {
  ranks_[row] = rank;
  const Index leaf = static_cast<Index>(places_[row]) / kd_lanes;
  std::array<Subtree, 64> path;
  std::size_t depth = 0;
  Subtree node{0, 0, order_.n_leaves};
  for (;; node = leaf < node.right().first_leaf ? node.left() : node.right()) {
    path[depth++] = node;
    std::uint32_t& first = least_rank(node);
    first = std::min(first, rank);
    if (node.is_leaf()) break;
  }
  std::uint32_t least = nothing;
  const Index end = std::min(order_.n_points, (leaf + 1) * kd_lanes);
  for (Index place = leaf * kd_lanes; place < end; ++place)
    if (const std::uint32_t other = order_.rows[static_cast<std::size_t>(place)];
        ranks_[other] == nothing)
      least = std::min(least, other);
  least_row(path[--depth]) = least;
  while (depth-- > 0) {
    if (least_row(path[depth]) != row) break;
    least_row(path[depth]) =
        std::min(least_row(path[depth].left()), least_row(path[depth].right()));
  }
}

double TreeWalk::to_box(Index node) const {
  const float* const box = boxes_.data() + node * 2 * order_.d;
  double sum = 0;
  for (Index j = 0; j < order_.d; ++j) {
    const double value = query_[static_cast<std::size_t>(j)];
    const double gap = std::max({box[j] - value, value - box[order_.d + j], 0.0});
    if (task_.reduced.metric == Metric::chebyshev) {
      sum = std::max(sum, gap);
    } else {
      sum += task_.reduced.is_squared() ? gap * gap : gap;
    }
  }
  return sum;
}

double TreeWalk::to_place(Index place) const {
  const double* value = order_.chunk(place / kd_lanes) + place % kd_lanes;
  double sum = 0;
  for (Index j = 0; j < order_.d; ++j, value += kd_lanes) {
    const double difference = query_[static_cast<std::size_t>(j)] - *value;
    if (task_.reduced.metric == Metric::chebyshev) {
      sum = std::max(sum, std::abs(difference));
    } else {
      sum += task_.reduced.is_squared() ? difference * difference : std::abs(difference);
    }
  }
  return sum;
}

/// The cheapest link from a visited point to one that is left, to the lowest row of equal ones.
TreeWalk::Link TreeWalk::cheapest(std::uint32_t from) {
  look_at(from);
  Link best{infinity, nothing, from};
  const double own = core(from);
  const double own_reach = task_.reduced.reach(own);
  double limit = reach_limit_;  // reduced
  const auto useless = [&](double bound, std::uint32_t row) {
    return row == nothing || bound > limit || (best.weight == own && row > best.row);
  };
  pending_.assign(1, {{0, 0, order_.n_leaves}, 0});
  while (!pending_.empty()) {
    const Part part = pending_.back();
    pending_.pop_back();
    if (useless(part.bound, least_row(part.node))) continue;
    ++work_.nodes_visited;
    if (!part.node.is_leaf()) {
      Part a{part.node.left(), to_box(part.node.left().id)};
      Part b{part.node.right(), to_box(part.node.right().id)};
      const double a_least = std::max(a.bound, own_reach);
      const double b_least = std::max(b.bound, own_reach);
      if (b_least < a_least || (a_least == b_least && least_row(b.node) < least_row(a.node)))
        std::swap(a, b);
      pending_.push_back(b);
      pending_.push_back(a);
      continue;
    }
    const Index begin = part.node.first_leaf * kd_lanes;
    const Index end = std::min(order_.n_points, begin + kd_lanes);
    for (Index place = begin; place < end; ++place) {
      const std::uint32_t row = order_.rows[static_cast<std::size_t>(place)];
      if (ranks_[row] != nothing) continue;
      const double reduced = to_place(place);
      if (reduced > limit) continue;
      const double distance = task_.reduced.finish(reduced);
      const double weight = std::max(distance, own);
      if (weight > best.weight || (weight == best.weight && row > best.row)) continue;
      if (distance > task_.max_eps) continue;
      best.weight = weight;
      best.row = row;
      limit = std::min(limit, task_.reduced.reach(weight));
    }
    work_.read_points(end - begin, order_.d);
  }
  return best;
}

/// The first visited point that reaches the row at this weight, below which none does.
std::uint32_t TreeWalk::earliest(std::uint32_t row, double weight) {
  look_at(row);
  const double limit = task_.reduced.reach(weight);
  std::uint32_t first = nothing;
  std::uint32_t found = nothing;
  pending_.assign(1, {{0, 0, order_.n_leaves}, 0});
  while (!pending_.empty()) {
    const Part part = pending_.back();
    pending_.pop_back();
    if (part.bound > limit || least_rank(part.node) >= first) continue;
    ++work_.nodes_visited;
    if (!part.node.is_leaf()) {
      Part a{part.node.left(), to_box(part.node.left().id)};
      Part b{part.node.right(), to_box(part.node.right().id)};
      if (least_rank(b.node) < least_rank(a.node)) std::swap(a, b);
      pending_.push_back(b);
      pending_.push_back(a);
      continue;
    }
    const Index begin = part.node.first_leaf * kd_lanes;
    const Index end = std::min(order_.n_points, begin + kd_lanes);
    for (Index place = begin; place < end; ++place) {
      const std::uint32_t other = order_.rows[static_cast<std::size_t>(place)];
      if (ranks_[other] >= first || other == row || !(core(other) <= weight)) continue;
      const double reduced = to_place(place);
      if (reduced > limit || task_.reduced.finish(reduced) > weight) continue;
      first = ranks_[other];
      found = other;
    }
    work_.read_points(end - begin, order_.d);
  }
  return found;
}

Walk TreeWalk::run() {
  Walk walk;
  walk.reachability = Vector::Constant(task_.n(), infinity);
  walk.predecessor = Labels::Constant(task_.n(), -1);
  walk.ordering.reserve(n_);
  std::priority_queue<Link, std::vector<Link>, std::greater<>> queue;
  std::uint32_t rank = 0;
  const auto take = [&](std::uint32_t row) {
    if (rank % 4096 == 0) task_.context.check_stop(task_.who);
    visit(row, rank++);
    walk.ordering.push_back(row);
    // A copy of a visited point reaches nothing cheaper than that one.
    char& met = met_[task_.group[row]];
    if (core(row) == infinity || met != 0) return;
    met = 1;
    if (const Link link = cheapest(row); link.row != nothing) queue.push(link);
  };
  while (rank < n_) {
    if (queue.empty()) {
      take(least_rows_[0]);
      continue;
    }
    const Link link = queue.top();
    queue.pop();
    if (ranks_[link.row] == nothing) {
      const std::uint32_t from = earliest(link.row, link.weight);
      walk.reachability(link.row) = link.weight;
      walk.predecessor(link.row) = static_cast<int>(from);
      take(link.row);
    }
    if (const Link next = cheapest(link.from); next.row != nothing) queue.push(next);
  }
  work_.count_in(task_.context);
  return walk;
}

/// The rows that are left lie in blocks, each with what it is reached at.
class FullWalk {
 public:
  explicit FullWalk(const WalkTask& task)
      : task_(task), left_(static_cast<std::size_t>(task.n())), visited_(left_.size(), 0) {
    std::iota(left_.begin(), left_.end(), Index{0});
    walk_.reachability = Vector::Constant(task.n(), infinity);
    walk_.predecessor = Labels::Constant(task.n(), -1);
    walk_.ordering.reserve(left_.size());
    sweep();
  }

  Walk run() {
    Index next = 0;
    for (Index remaining = task_.n(); remaining > 0; --remaining) {
      if (remaining % 64 == 0) task_.context.check_stop(task_.who);
      visited_[static_cast<std::size_t>(next)] = 1;
      walk_.ordering.push_back(next);
      if (2 * remaining < static_cast<Index>(left_.size())) sweep();
      next = step(next);
    }
    task_.context.count(work::distance_evaluations, evaluations_);
    return std::move(walk_);
  }

 private:
  void sweep() {
    std::erase_if(left_, [&](Index row) { return visited_[static_cast<std::size_t>(row)] != 0; });
    std::vector<Index> places = left_;
    places.resize((places.size() + PointBlock::lanes - 1) / PointBlock::lanes * PointBlock::lanes,
                  -1);
    blocks_ = OrderedBlocks(task_.points, std::move(places), *task_.reduced.kernel, task_.context);
  }

  bool before(Index a, Index b) const {
    const double x = walk_.reachability(a);
    const double y = walk_.reachability(b);
    return x != y ? x < y : a < b;
  }

  /// Links from the row to all that are left; the one to visit next.
  Index step(Index row) {
    const auto n_left = static_cast<Index>(left_.size());
    const bool links = task_.core_distances(row) < infinity;
    if (links) evaluations_ += static_cast<std::uint64_t>(n_left);
    return parallel_reduce(
        task_.context, (n_left + PointBlock::lanes - 1) / PointBlock::lanes, 256, Index{-1},
        [&](Index begin, Index end) {
          Index least = -1;
          for (Index block = begin; block < end; ++block) least = meet(row, block, links, least);
          return least;
        },
        [&](Index& least, Index part) {
          if (least < 0 || (part >= 0 && before(part, least))) least = part;
        });
  }

  Index meet(Index from, Index block, bool links, Index least) {
    double reduced[PointBlock::lanes];
    const PointBlock points = blocks_.block(block);
    if (links) task_.reduced.kernel->distances(task_.row(from), points, reduced);
    for (Index i = 0; i < points.n_points; ++i) {
      const Index row = blocks_.row(block * PointBlock::lanes + i);
      if (visited_[static_cast<std::size_t>(row)] != 0) continue;
      if (links) {
        if (!(reduced[i] >= 0)) refuse_distance(reduced[i], row);
        const double distance = task_.reduced.finish(reduced[i]);
        const double weight = std::max(distance, task_.core_distances(from));
        if (distance <= task_.max_eps && weight < walk_.reachability(row)) {
          walk_.reachability(row) = weight;
          walk_.predecessor(row) = static_cast<int>(from);
        }
      }
      if (least < 0 || before(row, least)) least = row;
    }
    return least;
  }

  const WalkTask& task_;
  std::vector<Index> left_;
  std::vector<char> visited_;
  OrderedBlocks blocks_ = {};
  Walk walk_ = {};
  std::uint64_t evaluations_ = 0;
};

}  // namespace

Walk walk_by_tree(const WalkTask& task) { return TreeWalk(task).run(); }
Walk walk_by_all(const WalkTask& task) { return FullWalk(task).run(); }

Walk walk(const WalkTask& task) {
  constexpr Index most_columns = 32;
  const bool has_boxes = task.reduced.is_squared() || task.reduced.metric == Metric::manhattan ||
                         task.reduced.metric == Metric::chebyshev;
  return has_boxes && task.points.cols() <= most_columns ? walk_by_tree(task) : walk_by_all(task);
}

}  // namespace grove::cluster
