// Vectors for the loops over the KD-tree, and the test of queries against boxes. Included by the
// kernels, each in files with their own instruction set and GROVE_INSTRUCTION_SET; it has no
// include guard, as they have one each. No standard library here: see kd_search.hpp.

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

/// A chunk of queries, each with a limit, against the boxes of nodes.
template <KdMetric M>
class QueryBoxes {
 public:
  /// `room` has 2 d kd_lanes floats.
  QueryBoxes(const KdView& tree, const double* values, float* room)
      : tree_(tree), values_(values), room_(room) {
    for (int i = 0; i < tree.d * kd_lanes; ++i) round_outwards(i);
  }

  /// For query q, the node having been halved by `column`.
  bool left_is_nearer(int q, int column, std::int64_t left, std::int64_t right) const {
    const double query = values_[column * kd_lanes + q];
    const double left_high = tree_.boxes[(left * 2 + 1) * tree_.d + column];
    const double right_low = tree_.boxes[right * 2 * tree_.d + column];
    return query - left_high <= right_low - query;
  }

  /// The queries whose distance to the box of the node is within their limit. In floats: the
  /// queries are widened to intervals, and limits by more than the sum's rounding, so that none is
  /// missed.
  unsigned near(std::int64_t node) const {
    const float* box = tree_.boxes + node * 2 * tree_.d;
    const float* query_low = room_;
    const float* query_high = room_ + tree_.d * kd_lanes;
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

  /// A negative limit: the query takes no part.
  void set_limit(int q, double limit) {
    const double widened = limit * (1 + (tree_.d + 8) * 0x1p-22) + 2 * __FLT_DENORM_MIN__;
    box_limits_[q] = widened < __FLT_MAX__ / 2 ? static_cast<float>(widened) * (1 + 0x1p-22F)
                                               : static_cast<float>(infinity);
  }

 private:
  /// A float below value i of the queries and one above, for the tests against boxes: rounding
  /// moves a value by less than 2^-22 of it and the smallest denormal.
  void round_outwards(int i) {
    const double value = values_[i];
    const double most = __FLT_MAX__;
    const auto near = static_cast<float>(value > most ? most : value < -most ? -most : value);
    const float margin = __builtin_fabsf(near) * 0x1p-22F + 2 * __FLT_DENORM_MIN__;
    room_[i] = near - margin;
    room_[tree_.d * kd_lanes + i] = near + margin;
  }

  const KdView& tree_;
  const double* values_;
  float* room_;
  alignas(64) float box_limits_[kd_lanes];
};

}  // namespace
}  // namespace grove::GROVE_INSTRUCTION_SET
