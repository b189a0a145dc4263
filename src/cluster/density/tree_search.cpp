#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "cluster/density/chunk_scan.hpp"
#include "cluster/density/density_searches.hpp"
#include "cluster/disjoint_sets.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/search.hpp"
#include "neighbors/tree_shape.hpp"

// DBSCAN by a KD-tree. To count neighbours, the points of one chunk, which lie near each other, go
// through it together. Core points are linked by pairs of nodes, from the leaves up; a pair whose
// core points are all linked already is left out.

namespace grove::cluster {

namespace {

constexpr Index chunks_a_task = 16;

const ChunkScan& scan_for_this_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::chunk_scan;
  if (__builtin_cpu_supports("avx2")) return avx2::chunk_scan;
#endif
  return baseline::chunk_scan;
}

KdMetric kd_metric(Metric metric) {
  if (metric == Metric::manhattan) return KdMetric::manhattan;
  if (metric == Metric::chebyshev) return KdMetric::chebyshev;
  return KdMetric::euclidean;
}

/// Up to kd_lanes queries, and the box of those that are still asking.
struct Queries {
  const double* values;  // a chunk
  unsigned asking;       // bit q: query q
  Index d;
  std::vector<double> low, high;

  Queries(const double* chunk, unsigned who_asks, Index n_columns)
      : values(chunk), asking(who_asks), d(n_columns), low(room(n_columns)), high(room(n_columns)) {
    for (Index j = 0; j < d; ++j) {
      double least = std::numeric_limits<double>::infinity();
      double most = -least;
      for (unsigned left = asking; left != 0; left &= left - 1) {
        const double value = chunk[j * kd_lanes + std::countr_zero(left)];
        least = std::min(least, value);
        most = std::max(most, value);
      }
      low[static_cast<std::size_t>(j)] = least;
      high[static_cast<std::size_t>(j)] = most;
    }
  }
  static std::size_t room(Index n) { return static_cast<std::size_t>(n); }
};

class TreeSearch final : public DensitySearch {
 public:
  TreeSearch(const MatrixView& points, const Within& within, int leaf_size, const Context& context)
      : within_(within),
        scan_(scan_for_this_processor()),
        order_(points, (leaf_size + kd_lanes - 1) / kd_lanes, context),
        boxes_(bounding_boxes(order_, context)) {}

  Density find(std::string_view who, const CoreRule& rule, const Context& context) override {
    Density density(order_.n_points, order_.n_points);
    find_core(who, rule, density.core, context);
    set_core(density.core);
    DisjointSets sets(order_.n_points);
    link(who, sets, context);
    each_chunk(who, order_, context, [&](Index chunk, Room& room) {
      lowest_core(order_.chunk(chunk), all_of(chunk) & ~core_[static_cast<std::size_t>(chunk)],
                  order_.rows.data() + chunk * kd_lanes, density.owner.data(), room);
    });
    parallel_for(context, order_.n_points, 1 << 14, [&](Index begin, Index end) {
      for (Index place = begin; place < end; ++place)
        if (is_core(place)) density.owner[row(place)] = sets.find(static_cast<PointId>(place));
    });
    return density;
  }

  void set_core(const Buffer<char>& core) override {
    core_.assign(static_cast<std::size_t>(order_.n_chunks()), 0);
    for (Index place = 0; place < order_.n_points; ++place)
      if (core[row(place)] != 0)
        core_[static_cast<std::size_t>(place / kd_lanes)] |=
            static_cast<std::uint16_t>(1U << (place % kd_lanes));
    lowest_core_.assign(n_nodes(), nobody);
    some_core_.assign(n_nodes(), nobody);
    find_lowest_core({0, 0, order_.n_leaves});
  }

  void lowest_core(std::string_view who, const MatrixView& queries, PointId* found,
                   const Context& context) const override {
    const KdOrder order(queries, 1, context);
    each_chunk(who, order, context, [&](Index chunk, Room& room) {
      lowest_core(order.chunk(chunk), (1U << order.points_in_chunk(chunk)) - 1,
                  order.rows.data() + chunk * kd_lanes, found, room);
    });
  }

  Matrix points() const override {
    Matrix points(order_.n_points, order_.d);
    for (Index place = 0; place < order_.n_points; ++place)
      for (Index j = 0; j < order_.d; ++j) points(row(place), j) = order_.value(place, j);
    return points;
  }

 private:
  /// What the search of a chunk works in.
  struct Room {
    std::vector<std::uint32_t> masks;
    SearchWork work;
  };

  template <class F>
  void each_chunk(std::string_view who, const KdOrder& order, const Context& context,
                  const F& f) const {
    parallel_for(context, order.n_chunks(), chunks_a_task, [&](Index begin, Index end) {
      context.check_stop(who);
      Room room{std::vector<std::uint32_t>(static_cast<std::size_t>(order_.chunks_a_leaf)), {}};
      for (Index chunk = begin; chunk < end; ++chunk) f(chunk, room);
      room.work.count_in(context);
    });
  }

  PointId row(Index place) const { return order_.rows[static_cast<std::size_t>(place)]; }
  unsigned all_of(Index chunk) const { return (1U << order_.points_in_chunk(chunk)) - 1; }
  bool is_core(Index place) const {
    return (core_[static_cast<std::size_t>(place / kd_lanes)] >> (place % kd_lanes) & 1U) != 0;
  }

  std::size_t n_nodes() const { return static_cast<std::size_t>(2 * order_.n_leaves - 1); }

  struct Chunks {
    Index first, last;
  };
  Chunks chunks_of(const Subtree& node) const {
    const Index first = node.first_leaf * order_.chunks_a_leaf;
    return {first, std::min(order_.n_chunks(), first + node.n_leaves * order_.chunks_a_leaf)};
  }

  void find_lowest_core(const Subtree& node) {
    const auto at = static_cast<std::size_t>(node.id);
    if (node.is_leaf()) {
      for (Index chunk = chunks_of(node).first; chunk < chunks_of(node).last; ++chunk)
        for (unsigned mask = core_[static_cast<std::size_t>(chunk)]; mask != 0; mask &= mask - 1) {
          const Index place = chunk * kd_lanes + std::countr_zero(mask);
          some_core_[at] = static_cast<PointId>(place);
          lowest_core_[at] = std::min(lowest_core_[at], row(place));
        }
      return;
    }
    for (const Subtree& child : {node.left(), node.right()}) {
      find_lowest_core(child);
      const auto below = static_cast<std::size_t>(child.id);
      if (some_core_[below] != nobody) some_core_[at] = some_core_[below];
      lowest_core_[at] = std::min(lowest_core_[at], lowest_core_[below]);
    }
  }

  /// The next column's difference joins a reduced distance.
  void add(double difference, double& sum) const {
    if (within_.reduced.metric == Metric::euclidean) {
      sum += difference * difference;
    } else if (within_.reduced.metric == Metric::chebyshev) {
      sum = std::max(sum, std::abs(difference));
    } else {
      sum += within_.reduced.term(difference);
    }
  }

  /// A bound on the reduced distance between points of two boxes, to be compared with reach.
  double distance_to_node(const double* low, const double* high, Index stride, Index node) const {
    const float* const box = boxes_.data() + node * 2 * order_.d;
    double sum = 0;
    for (Index j = 0; j < order_.d; ++j) {
      const double gap =
          std::max({box[j] - high[j * stride], low[j * stride] - box[order_.d + j], 0.0});
      add(gap, sum);
      if (sum > within_.reach) break;
    }
    return sum;
  }

  /// f(query, chunk, mask) for the points within eps, chunk by chunk. Nodes that skip(node) is true
  /// of are left out. f may take queries off `asking`.
  template <class Skip, class F>
  void visit(Queries& queries, const Skip& skip, const F& f, Room& room) const {
    std::array<Subtree, 64> pending;  // one for each level of the tree
    std::size_t n_pending = 0;
    pending[n_pending++] = {0, 0, order_.n_leaves};
    while (n_pending > 0 && queries.asking != 0) {
      const Subtree node = pending[--n_pending];
      if (skip(node) ||
          distance_to_node(queries.low.data(), queries.high.data(), 1, node.id) > within_.reach)
        continue;
      ++room.work.nodes_visited;
      if (!node.is_leaf()) {
        pending[n_pending++] = node.right();
        pending[n_pending++] = node.left();
        continue;
      }
      for (unsigned left = queries.asking & near_box(queries.values, node.id); left != 0;
           left &= left - 1) {
        const int q = std::countr_zero(left);
        scan_leaf(queries.values + q, q, node, f, room);
      }
    }
  }

  /// The queries of a chunk that could have points of a node within eps.
  unsigned near_box(const double* queries, Index node) const {
    constexpr unsigned all = (1U << kd_lanes) - 1;
    if (within_.reduced.metric == Metric::minkowski) return all;
    return scan_.near_box(queries, static_cast<int>(order_.d), boxes_.data() + node * 2 * order_.d,
                          kd_metric(within_.reduced.metric), within_.reach);
  }

  template <class F>
  void scan_leaf(const double* query, int q, const Subtree& leaf, const F& f, Room& room) const {
    const Chunks chunks = chunks_of(leaf);
    scan(query, chunks.first, chunks.last - chunks.first, room);
    for (Index chunk = chunks.first; chunk < chunks.last; ++chunk) {
      const unsigned mask =
          room.masks[static_cast<std::size_t>(chunk - chunks.first)] & all_of(chunk);
      if (mask != 0) f(q, chunk, mask);
    }
  }

  void scan(const double* query, Index first, Index n_chunks, Room& room) const {
    const Index last_place = std::min(order_.n_points, (first + n_chunks) * kd_lanes);
    room.work.read_points(last_place - first * kd_lanes, order_.d);
    if (within_.reduced.metric != Metric::minkowski)
      return scan_.within(order_.chunk(first), static_cast<int>(n_chunks),
                          static_cast<int>(order_.d), query, kd_metric(within_.reduced.metric),
                          within_.certain, room.masks.data());
    for (Index c = 0; c < n_chunks; ++c) {
      std::uint32_t mask = 0;
      for (Index i = 0; i < order_.points_in_chunk(first + c); ++i) {
        double sum = 0;
        for (Index j = 0; j < order_.d; ++j)
          sum +=
              within_.reduced.term(query[j * kd_lanes] - order_.chunk(first + c)[j * kd_lanes + i]);
        mask |= within_(sum) ? 1U << i : 0U;
      }
      room.masks[static_cast<std::size_t>(c)] = mask;
    }
  }

  void find_core(std::string_view who, const CoreRule& rule, Buffer<char>& core,
                 const Context& context) const {
    each_chunk(who, order_, context, [&](Index chunk, Room& room) {
      const double* const values = order_.chunk(chunk);
      std::array<double, kd_lanes> sums{};
      unsigned asking = all_of(chunk);
      const auto add = [&](int q, Index other, unsigned mask) {
        double& sum = sums[static_cast<std::size_t>(q)];
        sum += weight_of(rule, other, mask);
        if (sum >= rule.enough()) asking &= ~(1U << q);
      };
      const Subtree own{-1, chunk / order_.chunks_a_leaf, 1};
      for (unsigned left = asking; left != 0; left &= left - 1)
        scan_leaf(values + std::countr_zero(left), std::countr_zero(left), own, add, room);
      if (asking != 0) {
        Queries queries(values, asking, order_.d);
        visit(
            queries,
            [&](const Subtree& node) {
              return node.is_leaf() && node.first_leaf == own.first_leaf;
            },
            [&](int q, Index other, unsigned mask) {
              add(q, other, mask);
              queries.asking = asking;
            },
            room);
      }
      for (unsigned left = all_of(chunk); left != 0; left &= left - 1) {
        const int q = std::countr_zero(left);
        const double sum = sums[static_cast<std::size_t>(q)];
        core[row(chunk * kd_lanes + q)] =
            rule.unclear(sum) ? reaches(rule, chunk, q, room) : sum >= rule.enough();
      }
    });
  }

  double weight_of(const CoreRule& rule, Index chunk, unsigned mask) const {
    if (rule.weights() == nullptr) return std::popcount(mask);
    double sum = 0;
    for (; mask != 0; mask &= mask - 1)
      sum += rule.weights()[row(chunk * kd_lanes + std::countr_zero(mask))];
    return sum;
  }

  bool reaches(const CoreRule& rule, Index chunk, int q, Room& room) const {
    Queries query(order_.chunk(chunk), 1U << q, order_.d);
    std::vector<double> weights;
    visit(
        query, [](const Subtree&) { return false; },
        [&](int, Index other, unsigned mask) {
          for (; mask != 0; mask &= mask - 1)
            weights.push_back(rule.weights()[row(other * kd_lanes + std::countr_zero(mask))]);
        },
        room);
    return rule.reached_by(weights);
  }

  class Linker;
  void link(std::string_view who, DisjointSets& sets, const Context& context) const;

  /// Of the queries of a chunk that ask: found[rows[q]].
  void lowest_core(const double* chunk, unsigned asking, const std::uint32_t* rows, PointId* found,
                   Room& room) const {
    if (asking == 0) return;
    Queries queries(chunk, asking, order_.d);
    std::array<PointId, kd_lanes> lowest;
    lowest.fill(nobody);
    PointId highest = nobody;  // of those found so far
    visit(
        queries,
        [&](const Subtree& node) {
          return lowest_core_[static_cast<std::size_t>(node.id)] >= highest;
        },
        [&](int q, Index other, unsigned mask) {
          mask &= core_[static_cast<std::size_t>(other)];
          PointId& best = lowest[static_cast<std::size_t>(q)];
          for (; mask != 0; mask &= mask - 1)
            best = std::min(best, row(other * kd_lanes + std::countr_zero(mask)));
          highest = 0;
          for (unsigned left = asking; left != 0; left &= left - 1)
            highest = std::max(highest, lowest[static_cast<std::size_t>(std::countr_zero(left))]);
        },
        room);
    for (unsigned left = asking; left != 0; left &= left - 1) {
      const int q = std::countr_zero(left);
      found[rows[q]] = lowest[static_cast<std::size_t>(q)];
    }
  }

  Within within_;
  const ChunkScan& scan_;
  KdOrder order_;
  std::vector<float> boxes_;
  std::vector<std::uint16_t> core_;   // of each chunk: which of its points are core
  std::vector<PointId> lowest_core_;  // of each node: its lowest row that is core, or nobody
  std::vector<PointId> some_core_;    // of each node: a place that is core, or nobody
};

/// Unites core points within eps, node by node. One for each task; tasks that run at the same time
/// have no points in common, so that the work of each depends on its points alone.
class TreeSearch::Linker {
 public:
  Linker(const TreeSearch& tree, DisjointSets& sets, std::vector<char>& united)
      : tree_(tree),
        sets_(sets),
        united_(united),
        room_{std::vector<std::uint32_t>(static_cast<std::size_t>(tree.order_.chunks_a_leaf)), {}} {
  }

  void link_within(const Subtree& node) {
    if (some_core(node) == nobody) return;
    if (node.is_leaf()) {
      link_leaves(node, node);
    } else {
      link_within(node.left());
      link_within(node.right());
      link_between(node.left(), node.right());
    }
    note_united(node);
  }

  void link_between(const Subtree& a, const Subtree& b) {
    if (some_core(a) == nobody || some_core(b) == nobody) return;
    const bool both = united(a) && united(b);
    if (both && sets_.same(some_core(a), some_core(b))) return;
    ++room_.work.nodes_visited;
    double nearest = 0;
    double farthest = 0;
    bounds(a, b, nearest, farthest);
    if (nearest > tree_.within_.reach) return;
    if (both && farthest <= tree_.within_.certain) {
      sets_.unite(some_core(a), some_core(b));
      return;
    }
    if (a.is_leaf() && b.is_leaf()) {
      link_leaves(a, b);
    } else if (a.n_leaves >= b.n_leaves) {
      link_between(a.left(), b);
      link_between(a.right(), b);
    } else {
      link_between(a, b.left());
      link_between(a, b.right());
    }
    note_united(a);
    note_united(b);
  }

  void note_united(const Subtree& node) {
    char& united = united_[static_cast<std::size_t>(node.id)];
    if (united != 0 || some_core(node) == nobody) return;
    united = node.is_leaf() ? leaf_is_united(node) : children_are_united(node);
  }

  const SearchWork& work() const { return room_.work; }

 private:
  PointId some_core(const Subtree& node) const {
    return tree_.some_core_[static_cast<std::size_t>(node.id)];
  }
  bool united(const Subtree& node) const { return united_[static_cast<std::size_t>(node.id)] != 0; }

  bool children_are_united(const Subtree& node) const {
    const PointId left = some_core(node.left());
    const PointId right = some_core(node.right());
    if (left == nobody) return united(node.right());
    if (right == nobody) return united(node.left());
    return united(node.left()) && united(node.right()) && sets_.same(left, right);
  }

  bool leaf_is_united(const Subtree& leaf) const {
    const PointId name = sets_.find(some_core(leaf));
    bool all = true;
    each_core(leaf, [&](PointId place) { all = all && sets_.find(place) == name; });
    return all;
  }

  template <class F>
  void each_core(const Subtree& leaf, const F& f) const {
    const Chunks chunks = tree_.chunks_of(leaf);
    for (Index chunk = chunks.first; chunk < chunks.last; ++chunk)
      for (unsigned mask = tree_.core_[static_cast<std::size_t>(chunk)]; mask != 0;
           mask &= mask - 1)
        f(static_cast<PointId>(chunk * kd_lanes + std::countr_zero(mask)));
  }

  /// Bounds of the computed distances between points of two nodes.
  void bounds(const Subtree& a, const Subtree& b, double& nearest, double& farthest) const {
    const Index d = tree_.order_.d;
    const float* const box_a = tree_.boxes_.data() + a.id * 2 * d;
    const float* const box_b = tree_.boxes_.data() + b.id * 2 * d;
    for (Index j = 0; j < d; ++j) {
      const double below = double{box_a[j]} - box_b[d + j];
      const double above = double{box_b[j]} - box_a[d + j];
      const double gap = std::max({below, above, 0.0});
      const double span = std::max(-below, -above);
      tree_.add(gap, nearest);
      tree_.add(span, farthest);
    }
  }

  /// Two leaves, or one and itself.
  void link_leaves(const Subtree& a, const Subtree& b) {
    double nearest = 0;
    double farthest = 0;
    bounds(a, b, nearest, farthest);
    if (farthest <= tree_.within_.certain) {
      for (const Subtree& leaf : {a, b})
        each_core(leaf, [&](PointId place) { sets_.unite(some_core(a), place); });
      return;
    }
    const bool both = united(a) && united(b);
    bool done = false;
    each_core(a, [&](PointId place) {
      if (done) return;
      const double* const query = tree_.order_.chunk(place / kd_lanes) + place % kd_lanes;
      if (tree_.distance_to_node(query, query, kd_lanes, b.id) > tree_.within_.reach) return;
      bool found = false;
      tree_.scan_leaf(
          query, 0, b,
          [&](int, Index chunk, unsigned mask) {
            mask &= tree_.core_[static_cast<std::size_t>(chunk)];
            if (mask == 0 || (found && united(b))) return;
            found = true;
            for (; mask != 0; mask &= mask - 1) {
              sets_.unite(place, static_cast<PointId>(chunk * kd_lanes + std::countr_zero(mask)));
              if (united(b)) break;
            }
          },
          room_);
      done = found && both;
    });
  }

  const TreeSearch& tree_;
  DisjointSets& sets_;
  std::vector<char>& united_;  // of each node: whether all its core points are
  Room room_;
};

void TreeSearch::link(std::string_view who, DisjointSets& sets, const Context& context) const {
  std::vector<char> united(n_nodes());
  std::vector<std::vector<Subtree>> levels;
  levels.push_back(each_level(order_.n_leaves,
                              [&](const std::vector<Subtree>& level) { levels.push_back(level); }));
  for (std::size_t depth = levels.size(); depth-- > 0;) {
    const std::vector<Subtree>& level = levels[depth];
    const bool lowest = depth + 1 == levels.size();
    parallel_for(context, static_cast<Index>(level.size()), 1, [&](Index i, Index) {
      context.check_stop(who);
      const Subtree& node = level[static_cast<std::size_t>(i)];
      Linker linker(*this, sets, united);
      if (lowest || node.is_leaf()) {
        linker.link_within(node);
      } else {
        linker.link_between(node.left(), node.right());
        linker.note_united(node);
      }
      linker.work().count_in(context);
    });
  }
}

}  // namespace

std::unique_ptr<DensitySearch> make_tree_search(const MatrixView& points, const Within& within,
                                                int leaf_size, const Context& context) {
  const Index most = std::min<Index>(leaf_size, points.rows());
  return std::make_unique<TreeSearch>(points, within, static_cast<int>(most), context);
}

}  // namespace grove::cluster
