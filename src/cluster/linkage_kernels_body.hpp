// Included by linkage_kernels_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see neighbors/kd_search.hpp.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "cluster/linkage_kernels.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

using F = float __attribute__((vector_size(64)));  // a box in each lane
using V = double __attribute__((vector_size(64)));
constexpr int lanes_of_v = 8;

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
GROVE_INLINE V all(double x) { return V{x, x, x, x, x, x, x, x}; }

#if defined(__AVX512F__)
GROVE_INLINE unsigned less_equal(V a, V b) {
  return _mm512_cmp_pd_mask(__m512d(a), __m512d(b), _CMP_LE_OQ);
}
GROVE_INLINE V root_of(V a) { return V(_mm512_sqrt_pd(__m512d(a))); }
#elif defined(__AVX2__)
GROVE_INLINE __m256d low(V a) { return __m256d(__builtin_shufflevector(a, a, 0, 1, 2, 3)); }
GROVE_INLINE __m256d high(V a) { return __m256d(__builtin_shufflevector(a, a, 4, 5, 6, 7)); }
GROVE_INLINE unsigned less_equal(V a, V b) {
  const int first = _mm256_movemask_pd(_mm256_cmp_pd(low(a), low(b), _CMP_LE_OQ));
  const int second = _mm256_movemask_pd(_mm256_cmp_pd(high(a), high(b), _CMP_LE_OQ));
  return static_cast<unsigned>(first | second << 4);
}
GROVE_INLINE V root_of(V a) {
  using Half = double __attribute__((vector_size(32)));
  return __builtin_shufflevector(Half(_mm256_sqrt_pd(low(a))), Half(_mm256_sqrt_pd(high(a))), 0, 1,
                                 2, 3, 4, 5, 6, 7);
}
#else
GROVE_INLINE unsigned less_equal(V a, V b) {
  const auto yes = a <= b;
  unsigned mask = 0;
  for (int i = 0; i < lanes_of_v; ++i) mask |= yes[i] != 0 ? 1U << i : 0U;
  return mask;
}
GROVE_INLINE V root_of(V a) {
  for (int i = 0; i < lanes_of_v; ++i) a[i] = __builtin_sqrt(a[i]);
  return a;
}
#endif

struct Sums {
  V first, second;
};

GROVE_INLINE Sums squared_distances(const double* query, const double* chunk, int d) {
  Sums sums{V{}, V{}};
  for (int j = 0; j < d; ++j) {
    const V value = all(query[j]);
    const V one = value - load(chunk + j * linkage_lanes);
    const V two = value - load(chunk + j * linkage_lanes + lanes_of_v);
    sums.first += one * one;
    sums.second += two * two;
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
    store(out + place, found.first);
    store(out + place + lanes_of_v, found.second);
  });
}

void add_distances(const double* query, double weight, const double* chunks, std::int64_t n_chunks,
                   int d, double* sums) {
  const V w = all(weight);
  each_chunk(query, chunks, n_chunks, d, [&](std::int64_t place, const Sums& found) {
    double* const first = sums + place;
    double* const second = first + lanes_of_v;
    store(first, load(first) + w * root_of(found.first));
    store(second, load(second) + w * root_of(found.second));
  });
}

GROVE_INLINE V larger(V a, V b) { return a > b ? a : b; }

void raise_to_distances(const double* query, const double* chunks, std::int64_t n_chunks, int d,
                        double* maxima) {
  each_chunk(query, chunks, n_chunks, d, [&](std::int64_t place, const Sums& found) {
    double* const first = maxima + place;
    double* const second = first + lanes_of_v;
    store(first, larger(found.first, load(first)));
    store(second, larger(found.second, load(second)));
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
  if constexpr (!Ward)
    return less_equal(sums.first, all(best)) | less_equal(sums.second, all(best)) << lanes_of_v;
  const V limit = all(best * (1 + 0x1p-48));
  const V one = load(sizes);
  const V two = load(sizes + lanes_of_v);
  return less_equal(sums.first * (all(own) * one), limit * (all(own) + one)) |
         less_equal(sums.second * (all(own) * two), limit * (all(own) + two)) << lanes_of_v;
}

template <bool Ward>
void nearest_of(const CenterQuery& query, const CenterChunks& centers, std::int64_t first_chunk,
                std::int64_t n_chunks, NearestCenter& best) {
  const double* chunk = centers.values + first_chunk * linkage_lanes * centers.d;
  std::int64_t first = first_chunk * linkage_lanes;
  for (std::int64_t c = 0; c < n_chunks;
       ++c, chunk += linkage_lanes * centers.d, first += linkage_lanes) {
    const Sums sums = squared_distances(query.point, chunk, centers.d);
    unsigned within = near_lanes<Ward>(sums, Ward ? centers.sizes + first : nullptr, query.size, best.distance);
    const std::int64_t own = query.own - first;
    if (own >= 0 && own < linkage_lanes) within &= ~(1U << own);
    if (within == 0) continue;
    alignas(64) double found[linkage_lanes];
    store(found, sums.first);
    store(found + lanes_of_v, sums.second);
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

class TreeSearch {
 public:
  TreeSearch(const CenterQuery& query, const CenterChunks& centers, const BoxTree& tree,
             float* room, NearestCenter& best, TreeWork& work)
      : query_(query), centers_(centers), tree_(tree), low_(room), high_(room + centers.d),
        best_(best), work_(work) {
    // Floats below and above each value: rounding moves it by less than 2^-22 of it.
    for (int j = 0; j < centers.d; ++j) {
      const double most = __FLT_MAX__;
      const double value = query.point[j];
      const auto near = static_cast<float>(value > most ? most : value < -most ? -most : value);
      const float margin = __builtin_fabsf(near) * 0x1p-22F + 2 * __FLT_DENORM_MIN__;
      low_[j] = near - margin;
      high_[j] = near + margin;
    }
    // More than what sums of d terms and the factor of the sizes lose to rounding.
    slack_ = 1 - static_cast<float>(centers.d + 16) * 0x1p-22F;
    if (slack_ < 0) slack_ = 0;
  }

  void run() {
    const std::int64_t own_chunk = query_.own / linkage_lanes;
    scan(own_chunk);
    OpenBox open[160];  // 16 for each level of 2^31 chunks, and some
    int n_open = 0;
    open[n_open++] = {0, 0};
    while (n_open > 0) {
      const OpenBox next = open[--n_open];
      if (next.bound > limit_) continue;
      if (next.child <= -2) {
        if (-2 - next.child != own_chunk) scan(-2 - next.child);
      } else {
        n_open += visit(next.child, open + n_open);
      }
    }
  }

 private:
  void scan(std::int64_t chunk) {
    nearest_of<true>(query_, centers_, chunk, 1, best_);
    work_.distance_evaluations += linkage_lanes;
    const double widened = best_.distance * (1 + 0x1p-20);
    limit_ = widened < __FLT_MAX__ / 4 ? static_cast<float>(widened) + 2 * __FLT_DENORM_MIN__
                                       : __builtin_inff();
  }

  /// The boxes of a node within reach, the nearest last.
  int visit(std::int32_t node, OpenBox* open) {
    ++work_.nodes_visited;
    const int d = centers_.d;
    const float* const lows = tree_.boxes + std::int64_t{node} * 2 * d * linkage_lanes;
    const float* const highs = lows + d * linkage_lanes;
    F sum = {};
    for (int j = 0; j < d; ++j) {
      const F below = load(lows + j * linkage_lanes) - high_[j];
      const F above = low_[j] - load(highs + j * linkage_lanes);
      F gap = below > above ? below : above;
      gap = gap > 0 ? gap : F{};
      sum += gap * gap;
    }
    float squared[linkage_lanes];
    __builtin_memcpy(squared, &sum, sizeof sum);
    const double* const sizes = tree_.least_sizes + std::int64_t{node} * linkage_lanes;
    const std::int32_t* const children = tree_.children + std::int64_t{node} * linkage_lanes;
    const auto own = static_cast<float>(query_.size);
    int n = 0;
    for (int i = 0; i < linkage_lanes && children[i] != -1; ++i) {
      const auto least = static_cast<float>(sizes[i]);
      const float bound = squared[i] * (own * least / (own + least)) * slack_;
      if (!(bound <= limit_)) continue;
      int place = n++;
      for (; place > 0 && open[place - 1].bound < bound; --place) open[place] = open[place - 1];
      open[place] = {bound, children[i]};
    }
    return n;
  }

  const CenterQuery& query_;
  const CenterChunks& centers_;
  const BoxTree& tree_;
  float* low_;
  float* high_;
  NearestCenter& best_;
  TreeWork& work_;
  float slack_ = 1;
  float limit_ = __builtin_inff();
};

void nearest_in_tree(const CenterQuery& query, const CenterChunks& centers, const BoxTree& tree,
                     float* room, NearestCenter& best, TreeWork& work) {
  TreeSearch(query, centers, tree, room, best, work).run();
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
  for (int i = 0; i < lanes_of_v; ++i) best.distance = least[i] < best.distance ? least[i] : best.distance;
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

LinkageKernels linkage_kernels() { return {distances, add_distances, raise_to_distances, take_roots, nearest, nearest_in_tree, minima}; }

}  // namespace grove::GROVE_INSTRUCTION_SET
