// Included by center_scan_*.cpp, each with its own instruction set, its GROVE_INSTRUCTION_SET, and
// the shape of the tile that fills its registers. No standard library here: see
// neighbors/kd_search.hpp.

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "cluster/k_means/center_scan.hpp"

namespace grove::cluster::GROVE_INSTRUCTION_SET {
namespace {

#define GROVE_INLINE inline __attribute__((always_inline))

constexpr int lanes = GROVE_VECTOR_BYTES / 4;
constexpr int tile = GROVE_TILE_POINTS;
constexpr int vectors = GROVE_TILE_VECTORS;
constexpr float infinity = __builtin_inff();

using F = float __attribute__((vector_size(GROVE_VECTOR_BYTES)));
using I = std::int32_t __attribute__((vector_size(GROVE_VECTOR_BYTES)));
using D = double __attribute__((vector_size(GROVE_VECTOR_BYTES)));
using H = float __attribute__((vector_size(GROVE_VECTOR_BYTES / 2)));  // as many as a D has
constexpr int doubles = lanes / 2;

template <class T, class Number>
GROVE_INLINE T load(const Number* p) {
  T v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class T, class Number>
GROVE_INLINE void store(Number* p, T v) {
  __builtin_memcpy(p, &v, sizeof v);
}

/// 8 doubles in as many registers as they need.
struct V {
  static constexpr int parts = 8 / doubles;
  D part[parts];

  static GROVE_INLINE V zero() { return all(0); }
  static GROVE_INLINE V all(double x) {
    return make([x](int) { return x - D{}; });
  }
  static GROVE_INLINE V at(const double* p) {
    return make([p](int i) { return load<D>(p + i * doubles); });
  }
  static GROVE_INLINE V at(const float* p) {
    return make([p](int i) { return __builtin_convertvector(load<H>(p + i * doubles), D); });
  }
  GROVE_INLINE void to(double* p) const {
    for (int i = 0; i < parts; ++i) store(p + i * doubles, part[i]);
  }
  GROVE_INLINE void to(float* p) const {
    for (int i = 0; i < parts; ++i) store(p + i * doubles, __builtin_convertvector(part[i], H));
  }
  friend GROVE_INLINE V operator+(const V& a, const V& b) {
    return make([&](int i) { return a.part[i] + b.part[i]; });
  }
  friend GROVE_INLINE V operator-(const V& a, const V& b) {
    return make([&](int i) { return a.part[i] - b.part[i]; });
  }
  friend GROVE_INLINE V operator*(const V& a, const V& b) {
    return make([&](int i) { return a.part[i] * b.part[i]; });
  }

 private:
  template <class Make>
  static GROVE_INLINE V make(Make part_of) {
    V v;
#pragma GCC unroll 4
    for (int i = 0; i < parts; ++i) v.part[i] = part_of(i);
    return v;
  }
};

/// The least and the next least score of a point, lane by lane, and the vector of the least.
struct Found {
  F best;
  F second;
  I which;
};

#if defined(__AVX512F__)
GROVE_INLINE F multiply_add(F a, F b, F c) {
  return F(_mm512_fmadd_ps(__m512(a), __m512(b), __m512(c)));
}
GROVE_INLINE void update(F score, int vector, Found& found) {
  const __m512 s(score);
  const __m512 best(found.best);
  const __mmask16 less = _mm512_cmp_ps_mask(s, best, _CMP_LT_OQ);
  found.second = F(_mm512_min_ps(__m512(found.second), _mm512_max_ps(best, s)));
  found.best = F(_mm512_min_ps(best, s));
  found.which = I(_mm512_mask_mov_epi32(__m512i(found.which), less, _mm512_set1_epi32(vector)));
}
GROVE_INLINE void finish(const Found& found, float& best, float& second, int& label) {
  const __m512 bests(found.best);
  best = _mm512_reduce_min_ps(bests);
  const unsigned equal = _mm512_cmp_ps_mask(bests, _mm512_set1_ps(best), _CMP_EQ_OQ);
  const int lane = __builtin_ctz(equal);
  second = _mm512_reduce_min_ps(
      _mm512_mask_mov_ps(bests, static_cast<__mmask16>(1U << lane), __m512(found.second)));
  label = found.which[lane] * lanes + lane;
}
#else
#if defined(__AVX2__)
GROVE_INLINE F multiply_add(F a, F b, F c) {
  return F(_mm256_fmadd_ps(__m256(a), __m256(b), __m256(c)));
}
GROVE_INLINE void update(F score, int vector, Found& found) {
  const __m256 s(score);
  const __m256 best(found.best);
  const __m256 less = _mm256_cmp_ps(s, best, _CMP_LT_OQ);
  found.second = F(_mm256_min_ps(__m256(found.second), _mm256_max_ps(best, s)));
  found.best = F(_mm256_min_ps(best, s));
  found.which = I(
      _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(__m256i(found.which)),
                                           _mm256_castsi256_ps(_mm256_set1_epi32(vector)), less)));
}
#else
GROVE_INLINE F multiply_add(F a, F b, F c) { return a * b + c; }
GROVE_INLINE void update(F score, int vector, Found& found) {
  const auto less = score < found.best;
  const F larger = less ? found.best : score;
  found.second = larger < found.second ? larger : found.second;
  found.best = less ? score : found.best;
  found.which = less ? vector - I{} : found.which;
}
#endif
GROVE_INLINE void finish(const Found& found, float& best, float& second, int& label) {
  best = second = infinity;
  label = 0;
  for (int lane = 0; lane < lanes; ++lane) {
    const float b = found.best[lane];
    const float s = found.second[lane];
    if (b < best) {
      second = best < s ? best : s;
      best = b;
      label = found.which[lane] * lanes + lane;
    } else if (b < second) {
      second = b;
    }
  }
}
#endif

/// A tile of points against `n` vectors of centres, all sums in registers.
template <int n>
GROVE_INLINE void scan_tile(const ScanTask& task, const float* const (&rows)[tile], int first_point,
                            int first, Found (&found)[tile]) {
  F sums[tile][n];
#pragma GCC unroll 8
  for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
    for (int v = 0; v < n; ++v) sums[i][v] = F{};
  const float* const centers = task.centers + first * task.d * lanes;
  const std::int64_t next = task.d * lanes;
  for (std::int64_t j = 0; j < task.d; ++j) {
    F center[n];
#pragma GCC unroll 4
    for (int v = 0; v < n; ++v) center[v] = load<F>(centers + v * next + j * lanes);
#pragma GCC unroll 8
    for (int i = 0; i < tile; ++i) {
      const F point = rows[i][j] - F{};
#pragma GCC unroll 4
      for (int v = 0; v < n; ++v) sums[i][v] = multiply_add(point, center[v], sums[i][v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < n; ++v) {
    const F half = load<F>(task.half_norms + (first + v) * lanes);
#pragma GCC unroll 8
    for (int i = 0; i < tile; ++i) {
      const F score = half - sums[i][v];
      update(score, first + v, found[i]);
      if (task.scores != nullptr && first_point + i < task.n_points)
        store(task.scores + (first_point + i) * static_cast<std::int64_t>(task.n_vectors) * lanes +
                  (first + v) * lanes,
              score);
    }
  }
}

void scan(const ScanTask& task) {
  for (int p = 0; p < task.n_points; p += tile) {
    const float* rows[tile];
    Found found[tile];
    for (int i = 0; i < tile; ++i) {
      const int row = task.which == nullptr   ? p + i
                      : p + i < task.n_points ? task.which[p + i]
                                              : task.which[p];
      rows[i] = task.points + row * task.stride;
      found[i] = {infinity - F{}, infinity - F{}, I{}};
    }
    int v = 0;
    for (int left = task.n_vectors; left > 0; left = task.n_vectors - v) {
      if (vectors == 3 && left >= 3 && left != 4) {
        scan_tile<vectors>(task, rows, p, v, found);
        v += vectors;
      } else if (left >= 2) {
        scan_tile<2>(task, rows, p, v, found);
        v += 2;
      } else {
        scan_tile<1>(task, rows, p, v, found);
        v += 1;
      }
    }
    for (int i = 0; i < tile && p + i < task.n_points; ++i)
      finish(found[i], task.best[p + i], task.second[p + i], task.label[p + i]);
  }
}

/// The sums of 16 lanes, however many a vector has, so that AVX2 and AVX-512 prune alike.
constexpr int parts = 16 / lanes;

template <int n>
GROVE_INLINE void some_pairs(const PairTask& task, int first) {
  const float* rows[n];
  F sums[n][parts];
#pragma GCC unroll 8
  for (int i = 0; i < n; ++i) {
    rows[i] = task.centers + task.which[first + i] * task.stride;
    for (int part = 0; part < parts; ++part) sums[i][part] = F{};
  }
  for (std::int64_t j = 0; j < task.stride; j += 16)
#pragma GCC unroll 4
    for (int part = 0; part < parts; ++part) {
      const F point = load<F>(task.point + j + part * lanes);
#pragma GCC unroll 8
      for (int i = 0; i < n; ++i)
        sums[i][part] = multiply_add(point, load<F>(rows[i] + j + part * lanes), sums[i][part]);
    }
  for (int i = 0; i < n; ++i) {
    float sum = 0;
    for (int lane = 0; lane < 16; ++lane) sum += sums[i][lane / lanes][lane % lanes];
    task.scores[first + i] = task.half_norms[task.which[first + i]] - sum;
  }
}

void pairs(const PairTask& task) {
  int i = 0;
  for (; i + 6 <= task.n; i += 6) some_pairs<6>(task, i);
  for (; i + 2 <= task.n; i += 2) some_pairs<2>(task, i);
  for (; i < task.n; ++i) some_pairs<1>(task, i);
}

/// Of 8 lanes, or of 8 sums.
template <class T>
GROVE_INLINE T in_pairs(const T (&s)[8]) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

double pack(const double* x, const double* center, double scale, std::int64_t d,
            std::int64_t stride, float* out) {
  V sums = V::zero();
  const V scales = V::all(scale);
  std::int64_t j = 0;
  for (; j + 8 <= d; j += 8) {
    const V value = (V::at(x + j) - V::at(center + j)) * scales;
    sums = sums + value * value;
    value.to(out + j);
  }
  double lane[8];
  sums.to(lane);
  for (; j < d; ++j) {
    const double value = (x[j] - center[j]) * scale;
    lane[j % 8] += value * value;
    out[j] = static_cast<float>(value);
  }
  for (; j < stride; ++j) out[j] = 0;
  return in_pairs(lane);
}

double squared(const double* a, const double* b, std::int64_t d) {
  V sums = V::zero();
  std::int64_t j = 0;
  for (; j + 8 <= d; j += 8) {
    const V difference = V::at(a + j) - V::at(b + j);
    sums = sums + difference * difference;
  }
  double lane[8];
  sums.to(lane);
  for (; j < d; ++j) {
    const double difference = a[j] - b[j];
    lane[j % 8] += difference * difference;
  }
  return in_pairs(lane);
}

void squared_block(const double* point, const double* block, std::int64_t d, double* out) {
  V sums[8];
#pragma GCC unroll 8
  for (int lane = 0; lane < 8; ++lane) sums[lane] = V::zero();
  std::int64_t j = 0;
  for (; j + 8 <= d; j += 8)
#pragma GCC unroll 8
    for (int lane = 0; lane < 8; ++lane) {
      const V difference = V::all(point[j + lane]) - V::at(block + (j + lane) * 8);
      sums[lane] = sums[lane] + difference * difference;
    }
#pragma GCC unroll 8
  for (int lane = 0; lane < 7; ++lane)
    if (j + lane < d) {
      const V difference = V::all(point[j + lane]) - V::at(block + (j + lane) * 8);
      sums[lane] = sums[lane] + difference * difference;
    }
  in_pairs(sums).to(out);
}

/// Cuts the next part off `rest` and adds it.
template <class T>
GROVE_INLINE T add_part(T& rest, T cutter, T sum) {
  const T part = (rest + cutter) - cutter;
  rest = rest - part;
  return sum + part;
}

void add(const SumTask& task) {
  const std::int64_t d = task.d;
  const V weight = V::all(task.weight);
  const V step = V::all(task.step);
  std::int64_t j = 0;
  for (; j + 8 <= d; j += 8) {
    V rest = V::at(task.point + j) * weight;
    V cutter = V::at(task.cutters + j);
    for (double* sums = task.sums + j; sums < task.sums + 3 * d; sums += d) {
      add_part(rest, cutter, V::at(sums)).to(sums);
      cutter = cutter * step;
    }
  }
  for (; j < d; ++j) {
    double rest = task.point[j] * task.weight;
    double cutter = task.cutters[j];
    for (double* sums = task.sums + j; sums < task.sums + 3 * d; sums += d) {
      *sums = add_part(rest, cutter, *sums);
      cutter *= task.step;
    }
  }
}

GROVE_INLINE float bound_of(double square, float drift) {
  const double root = square > 0 ? __builtin_sqrt(square) : 0;
  const double sum = root + drift;
  return static_cast<float>(sum - sum * 0x1p-22);
}

void bounds(const float* scores, const float* drifts, double norm, double margin, int n,
            float* bounds) {
  int c = 0;
#if defined(__AVX512F__)
  const V square = V::all(norm - margin);
  for (; c + 8 <= n; c += 8) {
    const V score = V::at(scores + c);
    V sum = square + score + score;
    sum.part[0] = D(_mm512_sqrt_pd(_mm512_max_pd(__m512d(sum.part[0]), _mm512_setzero_pd())));
    sum = sum + V::at(drifts + c);
    (sum - sum * V::all(0x1p-22)).to(bounds + c);
  }
#endif
  for (; c < n; ++c) {
    const double score = scores[c];
    bounds[c] = bound_of((norm - margin) + score + score, drifts[c]);
  }
}

/// Appends first + the places of the bits, but `own`.
GROVE_INLINE int append(unsigned mask, int first, int own, int n, int* out) {
  for (; mask != 0; mask &= mask - 1) {
    out[n] = first + __builtin_ctz(mask);
    n += out[n] != own ? 1 : 0;
  }
  return n;
}

int collect(const CollectTask& task, int* out) {
  int found = 0;
  int c = 0;
#if defined(__AVX512F__)
  const __m512 most = _mm512_set1_ps(task.limit);
  for (; c + 16 <= task.n; c += 16) {
    const __m512 bound(
        _mm512_sub_ps(_mm512_loadu_ps(task.bounds + c), _mm512_loadu_ps(task.drifts + c)));
    const __m512 larger(_mm512_max_ps(bound, _mm512_loadu_ps(task.halves + c)));
    found = append(_mm512_cmp_ps_mask(larger, most, _CMP_LE_OQ), c, task.own, found, out);
  }
#elif defined(__AVX2__)
  const __m256 most = _mm256_set1_ps(task.limit);
  for (; c + 8 <= task.n; c += 8) {
    const __m256 bound(
        _mm256_sub_ps(_mm256_loadu_ps(task.bounds + c), _mm256_loadu_ps(task.drifts + c)));
    const __m256 larger(_mm256_max_ps(bound, _mm256_loadu_ps(task.halves + c)));
    const int mask = _mm256_movemask_ps(_mm256_cmp_ps(larger, most, _CMP_LE_OQ));
    found = append(static_cast<unsigned>(mask), c, task.own, found, out);
  }
#endif
  for (; c < task.n; ++c) {
    const bool within =
        task.bounds[c] - task.drifts[c] <= task.limit && task.halves[c] <= task.limit;
    found = append(within ? 1 : 0, c, task.own, found, out);
  }
  return found;
}

}  // namespace

CenterKernels center_kernels() {
  return {lanes, tile, scan, pairs, pack, squared, squared_block, add, bounds, collect};
}

}  // namespace grove::cluster::GROVE_INSTRUCTION_SET
