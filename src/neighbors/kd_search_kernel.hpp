// Included by kd_search_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see kd_search.hpp.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "neighbors/kd_search.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

using V = double __attribute__((vector_size(64)));
using VI = std::int64_t __attribute__((vector_size(64)));
using F = float __attribute__((vector_size(64)));  // a whole chunk
constexpr int lanes_of_v = 8;
constexpr int halves = kd_lanes / lanes_of_v;
constexpr double infinity = __builtin_inf();

#define GROVE_INLINE inline __attribute__((always_inline))

GROVE_INLINE V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
GROVE_INLINE F load(const float* p) {
  F f;
  __builtin_memcpy(&f, p, sizeof f);
  return f;
}
GROVE_INLINE V all(double x) { return V{x, x, x, x, x, x, x, x}; }
GROVE_INLINE VI all(std::int64_t x) { return VI{x, x, x, x, x, x, x, x}; }

#if defined(__AVX512F__)
GROVE_INLINE V max(V a, V b) { return V(_mm512_max_pd(__m512d(a), __m512d(b))); }
GROVE_INLINE unsigned less_equal(V a, V b) {
  return _mm512_cmp_pd_mask(__m512d(a), __m512d(b), _CMP_LE_OQ);
}
GROVE_INLINE F max(F a, F b) { return F(_mm512_max_ps(__m512(a), __m512(b))); }
GROVE_INLINE unsigned less_equal(F a, F b) {
  return _mm512_cmp_ps_mask(__m512(a), __m512(b), _CMP_LE_OQ);
}
#elif defined(__AVX2__)
GROVE_INLINE __m256d low(V a) { return __m256d(__builtin_shufflevector(a, a, 0, 1, 2, 3)); }
GROVE_INLINE __m256d high(V a) { return __m256d(__builtin_shufflevector(a, a, 4, 5, 6, 7)); }
GROVE_INLINE V max(V a, V b) {
  using Half = double __attribute__((vector_size(32)));
  return __builtin_shufflevector(Half(_mm256_max_pd(low(a), low(b))),
                                 Half(_mm256_max_pd(high(a), high(b))), 0, 1, 2, 3, 4, 5, 6, 7);
}
GROVE_INLINE unsigned less_equal(V a, V b) {
  const int first = _mm256_movemask_pd(_mm256_cmp_pd(low(a), low(b), _CMP_LE_OQ));
  const int second = _mm256_movemask_pd(_mm256_cmp_pd(high(a), high(b), _CMP_LE_OQ));
  return static_cast<unsigned>(first | second << 4);
}
GROVE_INLINE __m256 low(F a) {
  return __m256(__builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7));
}
GROVE_INLINE __m256 high(F a) {
  return __m256(__builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15));
}
GROVE_INLINE F max(F a, F b) {
  using Half = float __attribute__((vector_size(32)));
  return __builtin_shufflevector(Half(_mm256_max_ps(low(a), low(b))),
                                 Half(_mm256_max_ps(high(a), high(b))), 0, 1, 2, 3, 4, 5, 6, 7, 8,
                                 9, 10, 11, 12, 13, 14, 15);
}
GROVE_INLINE unsigned less_equal(F a, F b) {
  const int first = _mm256_movemask_ps(_mm256_cmp_ps(low(a), low(b), _CMP_LE_OQ));
  const int second = _mm256_movemask_ps(_mm256_cmp_ps(high(a), high(b), _CMP_LE_OQ));
  return static_cast<unsigned>(first | second << 8);
}
#else
GROVE_INLINE V max(V a, V b) { return a > b ? a : b; }
GROVE_INLINE unsigned less_equal(V a, V b) {
  const VI yes = a <= b;
  unsigned mask = 0;
  for (int i = 0; i < lanes_of_v; ++i) mask |= yes[i] != 0 ? 1U << i : 0U;
  return mask;
}
GROVE_INLINE F max(F a, F b) { return a > b ? a : b; }
GROVE_INLINE unsigned less_equal(F a, F b) {
  const auto yes = a <= b;
  unsigned mask = 0;
  for (int i = 0; i < kd_lanes; ++i) mask |= yes[i] != 0 ? 1U << i : 0U;
  return mask;
}
#endif

GROVE_INLINE V magnitude(V a) { return V(VI(a) & 0x7fffffffffffffff); }

/// The next coordinate's difference joins the reduced distance, as ReducedDistance adds it up.
template <KdMetric M>
GROVE_INLINE V add(V sum, V difference) {
  if constexpr (M == KdMetric::euclidean) return sum + difference * difference;
  if constexpr (M == KdMetric::manhattan) return sum + magnitude(difference);
  return max(sum, magnitude(difference));
}
template <KdMetric M>
GROVE_INLINE F add(F sum, F gap) {
  if constexpr (M == KdMetric::euclidean) return sum + gap * gap;
  if constexpr (M == KdMetric::manhattan) return sum + gap;
  return max(sum, gap);
}

/// Bounds and distances that are compared with this are sums in another order than each other, or
/// lose digits below the smallest normal number: a little too large, so that nothing is lost.
GROVE_INLINE double reach(double distance) { return distance * (1 + 1e-10) + __DBL_MIN__; }

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
      : tree_(tree), queries_(queries), k_(k), hits_(hits) {
    for (int i = 0; i < kd_lanes; ++i) {
      limits_[i] = i < queries.n ? infinity : -1;
      box_limits_[i] = i < queries.n ? static_cast<float>(infinity) : -1;
    }
    for (int i = 0; i < queries.n * width; ++i) {
      hits.distances[i] = infinity;
      hits.places[i] = -1;
    }
    for (int i = 0; i < tree.d * kd_lanes; ++i) round_outwards(i);
  }

  void run(KdWork& work) {
    Part pending[64];  // one for each level of the tree
    int n_pending = 0;
    pending[n_pending++] = {0, 0, tree_.n_leaves};
    while (n_pending > 0) {
      Part part = pending[--n_pending];
      for (unsigned near = queries_near(part.node); near != 0; near = queries_near(part.node)) {
        ++work.nodes_visited;
        if (part.n_leaves == 1) {
          visit_leaf(part, near, work);
          break;
        }
        const Part left{part.node + 1, part.first_leaf, (part.n_leaves + 1) / 2};
        const Part right{part.node + 2 * left.n_leaves, part.first_leaf + left.n_leaves,
                         part.n_leaves - left.n_leaves};
        const bool left_first = left_is_nearer(tree_.columns[part.node], left.node, right.node);
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

  /// A float below value i of the queries and one above, for the tests against boxes: rounding
  /// moves a value by less than 2^-22 of it and the smallest denormal.
  void round_outwards(int i) {
    const double value = queries_.values[i];
    const double most = __FLT_MAX__;
    const auto near = static_cast<float>(value > most ? most : value < -most ? -most : value);
    const float margin = __builtin_fabsf(near) * 0x1p-22F + 2 * __FLT_DENORM_MIN__;
    queries_.room[i] = near - margin;
    queries_.room[tree_.d * kd_lanes + i] = near + margin;
  }

  bool left_is_nearer(int column, std::int64_t left, std::int64_t right) const {
    const double query = queries_.values[column * kd_lanes];
    const double left_high = tree_.boxes[(left * 2 + 1) * tree_.d + column];
    const double right_low = tree_.boxes[right * 2 * tree_.d + column];
    return query - left_high <= right_low - query;
  }

  /// The queries whose distance to the box of the node is within their limit. In floats: the
  /// queries are widened to intervals, and limits by more than the sum's rounding, so that none is
  /// missed.
  unsigned queries_near(std::int64_t node) const {
    const float* box = tree_.boxes + node * 2 * tree_.d;
    const float* query_low = queries_.room;
    const float* query_high = queries_.room + tree_.d * kd_lanes;
    const F limits = load(box_limits_);
    F sum = {};
    for (int j = 0; j < tree_.d; ++j) {
      const F below = box[j] - load(query_high + j * kd_lanes);
      const F above = load(query_low + j * kd_lanes) - box[tree_.d + j];
      sum = add<M>(sum, max(max(below, above), F{}));
      if (j % 4 == 3 && less_equal(sum, limits) == 0) return 0;
    }
    return less_equal(sum, limits);
  }

  void set_limit(int q, double limit) {
    limits_[q] = limit;
    const double widened = limit * (1 + (tree_.d + 8) * 0x1p-22) + 2 * __FLT_DENORM_MIN__;
    box_limits_[q] = widened < __FLT_MAX__ / 2 ? static_cast<float>(widened) * (1 + 0x1p-22F)
                                               : static_cast<float>(infinity);
  }

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
    set_limit(q, limit);
  }

  const KdView& tree_;
  const KdQueries& queries_;
  int k_;
  const KdHits& hits_;
  double limits_[kd_lanes];
  alignas(64) float box_limits_[kd_lanes];
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
