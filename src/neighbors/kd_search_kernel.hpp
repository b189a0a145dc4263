// Included by kd_search_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see kd_search.hpp.

#include "neighbors/kd_vectors.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

/// The nearest of one query, sorted; N vectors.
template <int N>
struct Nearest {
  V distances[N];
  VI places[N];

  GROVE_INLINE void insert(double distance, std::int64_t place) {
    const V d = all(distance);
    const VI p = all(place);
#pragma GCC unroll 8
    for (int v = N - 1; v >= 0; --v) {
      const V before = v > 0 ? distances[v - 1] : all(-infinity);
      const VI places_before = v > 0 ? places[v - 1] : all(std::int64_t{0});
      const V shifted = __builtin_shufflevector(before, distances[v], 7, 8, 9, 10, 11, 12, 13, 14);
      const VI places_shifted =
          __builtin_shufflevector(places_before, places[v], 7, 8, 9, 10, 11, 12, 13, 14);
      const VI later = distances[v] > d;
      places[v] = later ? (shifted > d ? places_shifted : p) : places[v];
      distances[v] = later ? max(shifted, d) : distances[v];
    }
  }
};

template <KdMetric M, int N>
class Search {
 public:
  Search(const KdView& tree, const KdQueries& queries, int k, const KdHits& hits)
      : tree_(tree),
        queries_(queries),
        boxes_(tree, queries.values, queries.room),
        k_(k),
        hits_(hits) {
    for (int i = 0; i < kd_lanes; ++i) {
      limits_[i] = i < queries.n ? infinity : -1;
      boxes_.set_limit(i, limits_[i]);
    }
    for (int i = 0; i < queries.n * width; ++i) {
      hits.distances[i] = infinity;
      hits.places[i] = -1;
    }
  }

  void run(KdWork& work) {
    Part pending[64];  // one for each level of the tree
    int n_pending = 0;
    pending[n_pending++] = {0, 0, tree_.n_leaves};
    while (n_pending > 0) {
      Part part = pending[--n_pending];
      for (unsigned near = boxes_.near(part.node); near != 0; near = boxes_.near(part.node)) {
        ++work.nodes_visited;
        if (part.n_leaves == 1) {
          visit_leaf(part, near, work);
          break;
        }
        const Part left{part.node + 1, part.first_leaf, (part.n_leaves + 1) / 2};
        const Part right{part.node + 2 * left.n_leaves, part.first_leaf + left.n_leaves,
                         part.n_leaves - left.n_leaves};
        const bool left_first =
            boxes_.left_is_nearer(0, tree_.columns[part.node], left.node, right.node);
        pending[n_pending++] = left_first ? right : left;
        part = left_first ? left : right;
      }
    }
  }

 private:
  static constexpr int width = N * lanes_of_v;

  struct Part {
    std::int64_t node, first_leaf, n_leaves;
  };

  void visit_leaf(const Part& leaf, unsigned near, KdWork& work) {
    const std::int64_t first = leaf.first_leaf * tree_.chunks_a_leaf * kd_lanes;
    std::int64_t n_points = tree_.n_points - first;
    if (n_points > tree_.chunks_a_leaf * kd_lanes) n_points = tree_.chunks_a_leaf * kd_lanes;
    for (; near != 0; near &= near - 1) {
      scan(__builtin_ctz(near), first, n_points);
      work.distance_evaluations += static_cast<std::uint64_t>(n_points);
    }
  }

  /// Offers `n_points` points from `first` on to query q.
  void scan(int q, std::int64_t first, std::int64_t n_points) {
    double* const distances = hits_.distances + q * width;
    std::int64_t* const places = hits_.places + q * width;
    const std::int64_t itself = queries_.first_place >= 0 ? queries_.first_place + q : -1;
    Nearest<N> nearest;
    __builtin_memcpy(nearest.distances, distances, sizeof nearest.distances);
    __builtin_memcpy(nearest.places, places, sizeof nearest.places);
    double limit = limits_[q];
    for (std::int64_t begin = 0; begin < n_points; begin += kd_lanes) {
      const double* const chunk = tree_.chunks + (first + begin) * tree_.d;
      V sums[halves] = {};
      for (int j = 0; j < tree_.d; ++j) {
        const V query = all(queries_.values[j * kd_lanes + q]);
#pragma GCC unroll 2
        for (int h = 0; h < halves; ++h)
          sums[h] = add<M>(sums[h], query - load(chunk + j * kd_lanes + h * lanes_of_v));
      }
      unsigned within = less_equal(sums[0], all(limit)) | less_equal(sums[1], all(limit))
                                                              << lanes_of_v;
      const std::int64_t own = itself - (first + begin);
      if (own >= 0 && own < kd_lanes) within &= ~(1U << own);
      if (n_points - begin < kd_lanes) within &= (1U << (n_points - begin)) - 1;
      if (within == 0) continue;
      alignas(64) double found[kd_lanes];
      __builtin_memcpy(found, sums, sizeof found);
      for (; within != 0; within &= within - 1) {
        const int i = __builtin_ctz(within);
        nearest.insert(found[i], first + begin + i);
      }
      __builtin_memcpy(distances, nearest.distances, sizeof nearest.distances);
      limit = reach(distances[k_ - 1]);
    }
    __builtin_memcpy(places, nearest.places, sizeof nearest.places);
    limits_[q] = limit;
    boxes_.set_limit(q, limit);
  }

  const KdView& tree_;
  const KdQueries& queries_;
  QueryBoxes<M> boxes_;
  int k_;
  const KdHits& hits_;
  double limits_[kd_lanes];
};

template <KdMetric M>
void search(const KdView& tree, const KdQueries& queries, int k, int width, const KdHits& hits,
            KdWork& work) {
  if (width == 8) return Search<M, 1>(tree, queries, k, hits).run(work);
  if (width == 16) return Search<M, 2>(tree, queries, k, hits).run(work);
  if (width == 32) return Search<M, 4>(tree, queries, k, hits).run(work);
  Search<M, 8>(tree, queries, k, hits).run(work);
}

}  // namespace

void kd_search(const KdView& tree, const KdQueries& queries, KdMetric metric, int k, int width,
               const KdHits& hits, KdWork& work) {
  switch (metric) {
    case KdMetric::euclidean:
      return search<KdMetric::euclidean>(tree, queries, k, width, hits, work);
    case KdMetric::manhattan:
      return search<KdMetric::manhattan>(tree, queries, k, width, hits, work);
    case KdMetric::chebyshev:
      return search<KdMetric::chebyshev>(tree, queries, k, width, hits, work);
  }
}

}  // namespace grove::GROVE_INSTRUCTION_SET
