// Included by linkage_kernels_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see neighbors/kd_search.hpp.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "cluster/linkage/linkage_kernels.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif
using V = double __attribute__((vector_size(vector_bytes)));
using F = float __attribute__((vector_size(vector_bytes)));
constexpr int lanes_of_v = vector_bytes / 8;
constexpr int lanes_of_f = vector_bytes / 4;
constexpr int parts_of_v = linkage_lanes / lanes_of_v;  // vectors of a chunk
constexpr int parts_of_f = linkage_lanes / lanes_of_f;

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
GROVE_INLINE void store(double* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
GROVE_INLINE void store(float* p, F f) { __builtin_memcpy(p, &f, sizeof f); }
GROVE_INLINE V all(double x) { return x - V{}; }
GROVE_INLINE F all(float x) { return x - F{}; }

#if defined(__AVX512F__)
GROVE_INLINE unsigned less_equal(V a, V b) {
  return _mm512_cmp_pd_mask(__m512d(a), __m512d(b), _CMP_LE_OQ);
}
GROVE_INLINE unsigned less_equal(F a, F b) {
  return _mm512_cmp_ps_mask(__m512(a), __m512(b), _CMP_LE_OQ);
}
GROVE_INLINE V root_of(V a) { return V(_mm512_sqrt_pd(__m512d(a))); }
#elif defined(__AVX2__)
GROVE_INLINE unsigned less_equal(V a, V b) {
  return static_cast<unsigned>(
      _mm256_movemask_pd(_mm256_cmp_pd(__m256d(a), __m256d(b), _CMP_LE_OQ)));
}
GROVE_INLINE unsigned less_equal(F a, F b) {
  return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(__m256(a), __m256(b), _CMP_LE_OQ)));
}
GROVE_INLINE V root_of(V a) { return V(_mm256_sqrt_pd(__m256d(a))); }
#elif defined(__x86_64__)
GROVE_INLINE unsigned less_equal(V a, V b) {
  return static_cast<unsigned>(_mm_movemask_pd(_mm_cmple_pd(__m128d(a), __m128d(b))));
}
GROVE_INLINE unsigned less_equal(F a, F b) {
  return static_cast<unsigned>(_mm_movemask_ps(_mm_cmple_ps(__m128(a), __m128(b))));
}
GROVE_INLINE V root_of(V a) { return V(_mm_sqrt_pd(__m128d(a))); }
#else
template <class T>
GROVE_INLINE unsigned less_equal(T a, T b) {
  unsigned mask = 0;
  for (unsigned i = 0; i < sizeof(T) / sizeof(a[0]); ++i) mask |= a[i] <= b[i] ? 1U << i : 0U;
  return mask;
}
GROVE_INLINE V root_of(V a) {
  for (int i = 0; i < lanes_of_v; ++i) a[i] = __builtin_sqrt(a[i]);
  return a;
}
#endif

/// A value for each point of a chunk.
struct Sums {
  V parts[parts_of_v];
};

GROVE_INLINE Sums squared_distances(const double* query, const double* chunk, int d) {
  Sums sums{};
  for (int j = 0; j < d; ++j) {
    const V value = all(query[j]);
#pragma GCC unroll 8
    for (int p = 0; p < parts_of_v; ++p) {
      const V difference = value - load(chunk + j * linkage_lanes + p * lanes_of_v);
      sums.parts[p] += difference * difference;
    }
  }
  return sums;
}

/// use(place of a chunk in the output, its squared distances).
template <class Use>
GROVE_INLINE void each_chunk(const double* query, const double* chunks, std::int64_t n_chunks,
                             int d, const Use& use) {
  for (std::int64_t c = 0; c < n_chunks; ++c)
    use(c * linkage_lanes, squared_distances(query, chunks + c * linkage_lanes * d, d));
}

void distances(const double* query, const double* chunks, std::int64_t n_chunks, int d,
               double* out) {
  each_chunk(query, chunks, n_chunks, d, [&](std::int64_t place, const Sums& found) {
    for (int p = 0; p < parts_of_v; ++p) store(out + place + p * lanes_of_v, found.parts[p]);
  });
}

void add_distances(const double* query, double weight, const double* chunks, std::int64_t n_chunks,
                   int d, double* sums) {
  const V w = all(weight);
  each_chunk(query, chunks, n_chunks, d, [&](std::int64_t place, const Sums& found) {
    for (int p = 0; p < parts_of_v; ++p) {
      double* const part = sums + place + p * lanes_of_v;
      store(part, load(part) + w * root_of(found.parts[p]));
    }
  });
}

GROVE_INLINE V larger(V a, V b) { return a > b ? a : b; }

void raise_to_distances(const double* query, const double* chunks, std::int64_t n_chunks, int d,
                        double* maxima) {
  each_chunk(query, chunks, n_chunks, d, [&](std::int64_t place, const Sums& found) {
    for (int p = 0; p < parts_of_v; ++p) {
      double* const part = maxima + place + p * lanes_of_v;
      store(part, larger(found.parts[p], load(part)));
    }
  });
}

void take_roots(double* values, std::int64_t n) {
  std::int64_t i = 0;
  for (; i + lanes_of_v <= n; i += lanes_of_v) store(values + i, root_of(load(values + i)));
  for (; i < n; ++i) values[i] = __builtin_sqrt(values[i]);
}

/// Lanes whose distance may be at most that of `best`: without a division, and so a little wider
/// than its rounding.
template <bool Ward>
GROVE_INLINE unsigned near_lanes(const Sums& sums, const double* sizes, double own, double best) {
  const V limit = all(Ward ? best * (1 + 0x1p-48) : best);
  unsigned near = 0;
  for (int p = 0; p < parts_of_v; ++p) {
    unsigned part = 0;
    if constexpr (Ward) {
      const V size = load(sizes + p * lanes_of_v);
      part = less_equal(sums.parts[p] * (own * size), limit * (own + size));
    } else {
      part = less_equal(sums.parts[p], limit);
    }
    near |= part << (p * lanes_of_v);
  }
  return near;
}

template <bool Ward>
void nearest_of(const CenterQuery& query, const CenterChunks& centers, std::int64_t first_chunk,
                std::int64_t n_chunks, NearestCenter& best) {
  const double* chunk = centers.values + first_chunk * linkage_lanes * centers.d;
  std::int64_t first = first_chunk * linkage_lanes;
  for (std::int64_t c = 0; c < n_chunks;
       ++c, chunk += linkage_lanes * centers.d, first += linkage_lanes) {
    const Sums sums = squared_distances(query.point, chunk, centers.d);
    unsigned within =
        near_lanes<Ward>(sums, Ward ? centers.sizes + first : nullptr, query.size, best.distance);
    const std::int64_t own = query.own - first;
    if (own >= 0 && own < linkage_lanes) within &= ~(1U << own);
    if (within == 0) continue;
    alignas(64) double found[linkage_lanes];
    for (int p = 0; p < parts_of_v; ++p) store(found + p * lanes_of_v, sums.parts[p]);
    for (; within != 0; within &= within - 1) {
      const int i = __builtin_ctz(within);
      double distance = found[i];
      if constexpr (Ward) {
        const double size = centers.sizes[first + i];
        distance *= query.size * size / (query.size + size);
      }
      const std::uint32_t name = centers.names[first + i];
      if (distance < best.distance || (distance == best.distance && name < best.name))
        best = {distance, name, first + i};
    }
  }
}

void nearest(const CenterQuery& query, const CenterChunks& centers, std::int64_t first_chunk,
             std::int64_t n_chunks, NearestCenter& best) {
  if (centers.sizes != nullptr)
    return nearest_of<true>(query, centers, first_chunk, n_chunks, best);
  nearest_of<false>(query, centers, first_chunk, n_chunks, best);
}

/// Where a search may still find something: a box, and less than the distance to it.
struct OpenBox {
  float bound;
  std::int32_t child;
};

/// The queries share one walk: a box is left out if it is too far from the box of all of them.
/// Points are measured in floats first, and exactly if they may be near enough.
class TreeSearch {
 public:
  TreeSearch(const CenterGroup& group, const CenterChunks& centers, const FloatChunks& floats,
             const BoxTree& tree, NearestCenter* best, TreeWork& work)
      : group_(group),
        centers_(centers),
        floats_(floats),
        tree_(tree),
        d_(centers.d),
        low_(group.room),
        high_(low_ + d_),
        queries_(high_ + d_),
        best_(best),
        work_(work) {
    // More than what sums of d terms and the factors of the sizes lose to rounding.
    rounding_ = static_cast<double>(d_ + 16) * 0x1p-22;
    // Floats in [-1, 1] and their differences are off by less than 2^-22.
    error_ = 0x1p-22 * __builtin_sqrt(d_);
    for (int j = 0; j < d_; ++j) bound_column(j);
    for (int q = 0; q < group.n; ++q) {
      const auto inverse = static_cast<float>(1 / group.sizes[q]);
      largest_inverse_ = inverse > largest_inverse_ ? inverse : largest_inverse_;
      inverses_[q] = inverse;
      set_limit(q);
    }
  }

  void run() {
    for (int q = 0; q < group_.n; ++q) {
      own_chunks_[q] = group_.places[q] / linkage_lanes;
      if (q == 0 || own_chunks_[q] != own_chunks_[q - 1]) scan(own_chunks_[q]);
    }
    OpenBox open[160];  // 16 for each level of 2^31 chunks, and some
    int n_open = 0;
    open[n_open++] = {0, 0};
    while (n_open > 0) {
      const OpenBox next = open[--n_open];
      if (next.bound > limit_) continue;
      if (next.child > -2) {
        n_open += visit(next.child, open + n_open);
      } else if (!is_own(-2 - next.child)) {
        scan(-2 - next.child);
      }
    }
  }

 private:
  /// Floats below and above all queries, and the queries as floats.
  void bound_column(int j) {
    low_[j] = __builtin_inff();
    high_[j] = -__builtin_inff();
    for (int q = 0; q < CenterGroup::most; ++q) {
      const double value = group_.points[q < group_.n ? q : 0][j];
      const double most = __FLT_MAX__;
      const auto near = static_cast<float>(value > most ? most : value < -most ? -most : value);
      const float margin = __builtin_fabsf(near) * 0x1p-22F + 2 * __FLT_DENORM_MIN__;
      low_[j] = near - margin < low_[j] ? near - margin : low_[j];
      high_[j] = near + margin > high_[j] ? near + margin : high_[j];
      queries_[j * CenterGroup::most + q] =
          static_cast<float>((value - floats_.shift[j]) * floats_.scale);
    }
  }

  bool is_own(std::int64_t chunk) const {
    for (int q = 0; q < group_.n; ++q)
      if (own_chunks_[q] == chunk) return true;
    return false;
  }

  static float above(double value) {
    return value < __FLT_MAX__ / 4
               ? static_cast<float>(value) * (1 + 0x1p-22F) + 2 * __FLT_DENORM_MIN__
               : __builtin_inff();
  }

  /// A point may be near enough if its squared float distance is at most
  /// scaled_limit * (1 / size + 1 / its size) + allowance.
  void set_limit(int q) {
    const double scaled = best_[q].distance * floats_.scale * floats_.scale;
    scaled_limits_[q] = above(scaled * (1 + rounding_));
    allowances_[q] =
        above((2 * error_ * __builtin_sqrt(2 * scaled) + error_ * error_) * (1 + rounding_));
    double farthest = 0;
    for (int i = 0; i < group_.n; ++i)
      farthest = best_[i].distance > farthest ? best_[i].distance : farthest;
    limit_ = above(farthest);
  }

  void scan(std::int64_t chunk) {
    const float* const values = floats_.values + chunk * linkage_lanes * d_;
    F sums[CenterGroup::most][parts_of_f] = {};
    for (int j = 0; j < d_; ++j) {
#pragma GCC unroll 4
      for (int p = 0; p < parts_of_f; ++p) {
        const F value = load(values + j * linkage_lanes + p * lanes_of_f);
#pragma GCC unroll 4
        for (int q = 0; q < CenterGroup::most; ++q) {
          const F difference = value - queries_[j * CenterGroup::most + q];
          sums[q][p] += difference * difference;
        }
      }
    }
    const float* const inverses = floats_.inverse_sizes + chunk * linkage_lanes;
    for (int q = 0; q < group_.n; ++q) {
      unsigned near = 0;
      for (int p = 0; p < parts_of_f; ++p)
        near |= less_equal(sums[q][p],
                           scaled_limits_[q] * (load(inverses + p * lanes_of_f) + inverses_[q]) +
                               allowances_[q])
                << (p * lanes_of_f);
      if (near != 0) measure(q, chunk * linkage_lanes, near);
    }
    work_.distance_evaluations += static_cast<std::uint64_t>(group_.n * linkage_lanes);
  }

  /// Offers the lanes `near` of the chunk at place `first`.
  void measure(int q, std::int64_t first, unsigned near) {
    const double limit = best_[q].distance;
    for (; near != 0; near &= near - 1) {
      const int i = __builtin_ctz(near);
      if (first + i == group_.places[q]) continue;
      const double* value = centers_.values + first * d_ + i;
      double distance = 0;
      for (int j = 0; j < d_; ++j, value += linkage_lanes) {
        const double difference = group_.points[q][j] - *value;
        distance += difference * difference;
      }
      const double own = group_.sizes[q];
      const double size = centers_.sizes[first + i];
      distance *= own * size / (own + size);
      const std::uint32_t name = centers_.names[first + i];
      if (distance < best_[q].distance || (distance == best_[q].distance && name < best_[q].name))
        best_[q] = {distance, name, first + i};
    }
    if (best_[q].distance < limit) set_limit(q);
  }

  /// The boxes of a node within reach, the nearest last.
  int visit(std::int32_t node, OpenBox* open) {
    ++work_.nodes_visited;
    const float* const lows = tree_.boxes + std::int64_t{node} * 2 * d_ * linkage_lanes;
    const float* const highs = lows + d_ * linkage_lanes;
    const float* const inverses = tree_.inverse_sizes + std::int64_t{node} * linkage_lanes;
    const std::int32_t* const children = tree_.children + std::int64_t{node} * linkage_lanes;
    const float slack = rounding_ < 1 ? static_cast<float>(1 - rounding_) : 0;
    float values[linkage_lanes];
    unsigned within = 0;
    for (int p = 0; p < parts_of_f; ++p) {
      F sum = {};
      for (int j = 0; j < d_; ++j) {
        const F below = load(lows + j * linkage_lanes + p * lanes_of_f) - high_[j];
        const F above = low_[j] - load(highs + j * linkage_lanes + p * lanes_of_f);
        F gap = below > above ? below : above;
        gap = gap > 0 ? gap : F{};
        sum += gap * gap;
      }
      const F bounds = sum * slack / (largest_inverse_ + load(inverses + p * lanes_of_f));
      store(values + p * lanes_of_f, bounds);
      within |= less_equal(bounds, all(limit_)) << (p * lanes_of_f);
    }
    int n = 0;
    for (; within != 0; within &= within - 1) {
      const int i = __builtin_ctz(within);
      if (children[i] == -1) continue;
      int place = n++;
      for (; place > 0 && open[place - 1].bound < values[i]; --place) open[place] = open[place - 1];
      open[place] = {values[i], children[i]};
    }
    return n;
  }

  const CenterGroup& group_;
  const CenterChunks& centers_;
  const FloatChunks& floats_;
  const BoxTree& tree_;
  int d_;
  float* low_;
  float* high_;
  float* queries_;
  NearestCenter* best_;
  TreeWork& work_;
  double rounding_ = 0;
  double error_ = 0;
  float largest_inverse_ = 0;
  float limit_ = 0;
  float inverses_[CenterGroup::most] = {};
  float scaled_limits_[CenterGroup::most] = {};
  float allowances_[CenterGroup::most] = {};
  std::int64_t own_chunks_[CenterGroup::most] = {};
};

void nearest_in_tree(const CenterGroup& group, const CenterChunks& centers,
                     const FloatChunks& floats, const BoxTree& tree, NearestCenter* best,
                     TreeWork& work) {
  TreeSearch(group, centers, floats, tree, best, work).run();
}

RowMinimum minima(const double* values, std::int64_t n, double row, double* column_least,
                  double* column_places) {
  V least = all(__builtin_inf());
  const std::int64_t whole = n / lanes_of_v * lanes_of_v;
  for (std::int64_t i = 0; i < whole; i += lanes_of_v) {
    const V value = load(values + i);
    const V old = load(column_least + i);
    least = value < least ? value : least;
    store(column_least + i, value < old ? value : old);
    store(column_places + i, value < old ? all(row) : load(column_places + i));
  }
  RowMinimum best;
  for (int i = 0; i < lanes_of_v; ++i)
    best.distance = least[i] < best.distance ? least[i] : best.distance;
  for (std::int64_t i = whole; i < n; ++i) {
    best.distance = values[i] < best.distance ? values[i] : best.distance;
    if (values[i] < column_least[i]) {
      column_least[i] = values[i];
      column_places[i] = row;
    }
  }
  for (std::int64_t i = 0; i < n; ++i)
    if (values[i] == best.distance) {
      best.place = i;
      break;
    }
  return best;
}

}  // namespace

LinkageKernels linkage_kernels() {
  return {distances,       add_distances, raise_to_distances, take_roots, nearest,
          nearest_in_tree, minima};
}

}  // namespace grove::GROVE_INSTRUCTION_SET
