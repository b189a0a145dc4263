#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "cluster/chunk_scan.hpp"
#include "cluster/density_searches.hpp"
#include "cluster/disjoint_sets.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/search.hpp"
#include "neighbors/tree_shape.hpp"

// DBSCAN by a KD-tree: the points of one chunk, which lie near each other, go through it together,
// once to count their neighbours and once to link them.

namespace grove::cluster {

namespace {

constexpr Index chunks_a_task = 16;

ChunkScan scan_for_this_processor() {
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
    Density density;
    const auto n = static_cast<std::size_t>(order_.n_points);
    density.core.resize(n);
    find_core(who, rule, density.core, context);
    set_core(density.core);
    DisjointSets sets(order_.n_points);
    density.owner.assign(n, nobody);
    each_chunk(who, order_, context, [&](Index chunk, Room& room) {
      link(chunk, sets, room);
      const unsigned others = all_of(chunk) & ~core_[static_cast<std::size_t>(chunk)];
      lowest_core(order_.chunk(chunk), others, order_.rows.data() + chunk * kd_lanes,
                  density.owner.data(), room);
    });
    for (Index place = 0; place < order_.n_points; ++place)
      if (is_core(place)) density.owner[row(place)] = sets.find(static_cast<PointId>(place));
    return density;
  }

  void set_core(const std::vector<char>& core) override {
    core_.assign(static_cast<std::size_t>(order_.n_chunks()), 0);
    for (Index place = 0; place < order_.n_points; ++place)
      if (core[row(place)] != 0)
        core_[static_cast<std::size_t>(place / kd_lanes)] |=
            static_cast<std::uint16_t>(1U << (place % kd_lanes));
    lowest_core_.assign(static_cast<std::size_t>(2 * order_.n_leaves - 1), nobody);
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

  PointId find_lowest_core(const Subtree& node) {
    PointId& lowest = lowest_core_[static_cast<std::size_t>(node.id)];
    if (!node.is_leaf())
      return lowest = std::min(find_lowest_core(node.left()), find_lowest_core(node.right()));
    const Index first = node.first_leaf * order_.chunks_a_leaf * kd_lanes;
    const Index last = std::min(order_.n_points, first + order_.chunks_a_leaf * kd_lanes);
    for (Index place = first; place < last; ++place)
      if (is_core(place)) lowest = std::min(lowest, row(place));
    return lowest;
  }

  /// A bound on the reduced distance between points of two boxes, to be compared with reach.
  double distance_to_node(const double* low, const double* high, Index stride, Index node) const {
    const float* const box = boxes_.data() + node * 2 * order_.d;
    double sum = 0;
    for (Index j = 0; j < order_.d; ++j) {
      const double gap =
          std::max({box[j] - high[j * stride], low[j * stride] - box[order_.d + j], 0.0});
      if (within_.reduced.metric == Metric::chebyshev) {
        sum = std::max(sum, gap);
      } else {
        sum += within_.reduced.term(gap);
      }
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
      for (unsigned left = queries.asking; left != 0; left &= left - 1)
        visit_leaf(queries, std::countr_zero(left), node, f, room);
    }
  }

  template <class F>
  void visit_leaf(Queries& queries, int q, const Subtree& leaf, const F& f, Room& room) const {
    const double* const query = queries.values + q;
    if (distance_to_node(query, query, kd_lanes, leaf.id) > within_.reach) return;
    const Index first = leaf.first_leaf * order_.chunks_a_leaf;
    const Index n_chunks = std::min<Index>(order_.chunks_a_leaf, order_.n_chunks() - first);
    scan(query, first, n_chunks, room);
    for (Index c = 0; c < n_chunks; ++c) {
      const unsigned mask = room.masks[static_cast<std::size_t>(c)] & all_of(first + c);
      if (mask != 0) f(q, first + c, mask);
    }
  }

  void scan(const double* query, Index first, Index n_chunks, Room& room) const {
    const Index last_place = std::min(order_.n_points, (first + n_chunks) * kd_lanes);
    room.work.read_points(last_place - first * kd_lanes, order_.d);
    if (within_.reduced.metric != Metric::minkowski)
      return scan_(order_.chunk(first), static_cast<int>(n_chunks), static_cast<int>(order_.d),
                   query, kd_metric(within_.reduced.metric), within_.certain, room.masks.data());
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

  void find_core(std::string_view who, const CoreRule& rule, std::vector<char>& core,
                 const Context& context) const {
    const auto none = [](const Subtree&) { return false; };
    each_chunk(who, order_, context, [&](Index chunk, Room& room) {
      Queries queries(order_.chunk(chunk), all_of(chunk), order_.d);
      std::array<double, kd_lanes> sums{};
      visit(
          queries, none,
          [&](int q, Index other, unsigned mask) {
            double& sum = sums[static_cast<std::size_t>(q)];
            sum += weight_of(rule, other, mask);
            if (sum >= rule.enough()) queries.asking &= ~(1U << q);
          },
          room);
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

  /// Unites the core points of a chunk with those within eps in it and in the chunks before it.
  void link(Index chunk, DisjointSets& sets, Room& room) const {
    const unsigned core = core_[static_cast<std::size_t>(chunk)];
    if (core == 0) return;
    Queries queries(order_.chunk(chunk), core, order_.d);
    const Index leaf = chunk / order_.chunks_a_leaf;
    visit(
        queries,
        [&](const Subtree& node) {
          return node.first_leaf > leaf ||
                 lowest_core_[static_cast<std::size_t>(node.id)] == nobody;
        },
        [&](int q, Index other, unsigned mask) {
          if (other > chunk) return;
          const auto own = static_cast<PointId>(chunk * kd_lanes + q);
          mask &= core_[static_cast<std::size_t>(other)];
          for (; mask != 0; mask &= mask - 1)
            sets.unite(own, static_cast<PointId>(other * kd_lanes + std::countr_zero(mask)));
        },
        room);
  }

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
  ChunkScan scan_;
  KdOrder order_;
  std::vector<float> boxes_;
  std::vector<std::uint16_t> core_;   // of each chunk: which of its points are core
  std::vector<PointId> lowest_core_;  // of each node: its lowest row that is core, or nobody
};

}  // namespace

std::unique_ptr<DensitySearch> make_tree_search(const MatrixView& points, const Within& within,
                                                int leaf_size, const Context& context) {
  return std::make_unique<TreeSearch>(points, within, leaf_size, context);
}

}  // namespace grove::cluster
