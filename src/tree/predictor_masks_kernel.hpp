// Included by predictor_masks_*.cpp, each with its own instruction set and vectors of
// GROVE_VECTOR_BYTES. No standard library here: see predictor_masks.hpp.

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "tree/predictor_masks.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

constexpr int vectors = mask_rows / GROVE_VECTOR_BYTES;

using V = signed char __attribute__((vector_size(GROVE_VECTOR_BYTES)));
using Bits = unsigned char __attribute__((vector_size(GROVE_VECTOR_BYTES)));

inline __attribute__((always_inline)) V load(const std::int8_t* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

inline __attribute__((always_inline)) V all(int byte) {
  return static_cast<signed char>(byte) - V{};
}

#if defined(__AVX512F__)

/// How many thresholds lie below each of eight values: four halvings in registers, the rest by
/// gathers.
inline __attribute__((always_inline)) __m512i count_below(const double* thresholds, int steps,
                                                          __m512d x, __m512d low, __m512d high) {
  __m512i at = _mm512_setzero_si512();
  const int inside = steps < 4 ? steps : 4;
  for (int step = 1 << (inside - 1); step > 0; step >>= 1) {
    const __m512d t =
        _mm512_permutex2var_pd(low, _mm512_add_epi64(at, _mm512_set1_epi64(step - 1)), high);
    at = _mm512_mask_add_epi64(at, _mm512_cmp_pd_mask(t, x, _CMP_LT_OQ), at,
                               _mm512_set1_epi64(step));
  }
  if (steps <= 4) return at;
  at = _mm512_sll_epi64(at, _mm_cvtsi32_si128(steps - 4));
  for (int step = 1 << (steps - 5); step > 0; step >>= 1) {
    const __m512d t = _mm512_i64gather_pd(at, thresholds + step - 1, 8);
    at = _mm512_mask_add_epi64(at, _mm512_cmp_pd_mask(t, x, _CMP_LT_OQ), at,
                               _mm512_set1_epi64(step));
  }
  return at;
}

void count_below(const double* thresholds, int steps, const double* x, unsigned char* counts) {
  alignas(64) double splitters[16];
  const int stride = steps <= 4 ? 1 : 1 << (steps - 4);
  const int n = steps <= 4 ? (1 << steps) - 1 : 15;
  for (int i = 0; i < 16; ++i) splitters[i] = i < n ? thresholds[(i + 1) * stride - 1] : 0;
  const __m512d low = _mm512_load_pd(splitters);
  const __m512d high = _mm512_load_pd(splitters + 8);
  for (int i = 0; i < mask_rows; i += 8)
    _mm_storel_epi64(
        reinterpret_cast<__m128i*>(counts + i),
        _mm512_cvtepi64_epi8(count_below(thresholds, steps, _mm512_loadu_pd(x + i), low, high)));
}

#else

/// How many thresholds lie below each value.
void count_below(const double* thresholds, int steps, const double* x, unsigned char* counts) {
  constexpr int width = 8;
  for (int i = 0; i < mask_rows; i += width) {
    unsigned at[width] = {};
    for (unsigned step = 1u << (steps - 1); step > 0; step >>= 1)
#pragma GCC unroll 8
      for (int j = 0; j < width; ++j) at[j] += thresholds[at[j] + step - 1] < x[i + j] ? step : 0;
    for (int j = 0; j < width; ++j) counts[i + j] = static_cast<unsigned char>(at[j]);
  }
}

#endif

void encode(const MaskView& view, const MaskRows& rows, std::int8_t* codes) {
  alignas(64) double x[mask_rows] = {};
  alignas(64) unsigned char counts[mask_rows];
  for (int f = 0; f < view.n_features; ++f) {
    const CodedFeature& coded = view.features[f];
    const double* const from = rows.x + coded.feature;
    for (int i = 0; i < rows.n; ++i) x[i] = from[i * rows.stride];
    count_below(view.thresholds + coded.first_threshold, coded.steps, x, counts);
    const V* const found = reinterpret_cast<const V*>(counts);
    int missing = 0;
    for (int i = 0; i < mask_rows; ++i) missing |= x[i] != x[i] ? 1 : 0;
    for (int side = 0; side < 2; ++side) {
      const int column = side == 0 ? coded.missing_left : coded.missing_right;
      if (column < 0) continue;
      std::int8_t* const to = codes + column * mask_rows;
      for (int v = 0; v < vectors; ++v) {
        const V code = found[v] ^ all(-128);
        __builtin_memcpy(to + v * GROVE_VECTOR_BYTES, &code, sizeof code);
      }
      if (side == 1 && missing != 0)
        for (int i = 0; i < mask_rows; ++i)
          if (x[i] != x[i]) to[i] = 127;
    }
  }
}

/// The leaves, as their place from left to right, of the rows of one tree.
inline __attribute__((always_inline)) void find_leaves(const MaskView& view, const MaskTree& tree,
                                                       const std::int8_t* codes,
                                                       V (&leaves)[vectors]) {
  V chosen[vectors], before[vectors];  // the first eight with a leaf left, and the leaves before it
  for (int v = 0; v < vectors; ++v) chosen[v] = before[v] = V{};
  const LeafCondition* at = view.conditions + tree.first_condition;
  for (int e = 0; e < tree.n_eights; ++e) {
    const LeafCondition* const end = view.conditions + view.ends[tree.first_end + e];
    V left[vectors];
    for (int v = 0; v < vectors; ++v) left[v] = all(-1);
    for (; at != end; ++at) {
      const V code = all(at->code);
      const V drop = all(at->drop);
      const std::int8_t* const column = codes + at->column;
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v)
        left[v] &= ~((load(column + v * GROVE_VECTOR_BYTES) > code) & drop);
    }
    for (int v = 0; v < vectors; ++v) {
      const V open = chosen[v] == V{};  // all bits where no leaf was left so far
      chosen[v] |= left[v] & open;
      before[v] += (chosen[v] == V{}) & all(8);
    }
  }
  for (int v = 0; v < vectors; ++v) {
    const V first = chosen[v] & V(-Bits(chosen[v]));
    leaves[v] = before[v] + (((first & all(0xAA)) != V{}) & all(1)) +
                (((first & all(0xCC)) != V{}) & all(2)) + (((first & all(0xF0)) != V{}) & all(4));
  }
}

#if defined(__AVX512F__)

/// Adds values[leaf]: tables of 16 in two registers each.
inline __attribute__((always_inline)) void add_values(const double* values, int n_leaves,
                                                      const unsigned char* leaves, double* scores) {
  const __m512d t0 = _mm512_loadu_pd(values);
  const __m512d t1 = _mm512_loadu_pd(values + 8);
  const bool second = n_leaves > 16;
  const __m512d t2 = _mm512_loadu_pd(values + (second ? 16 : 0));
  const __m512d t3 = _mm512_loadu_pd(values + (second ? 24 : 8));
  for (int i = 0; i < mask_rows; i += 8) {
    const __m512i leaf =
        _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(leaves + i)));
    const __mmask8 upper = _mm512_test_epi64_mask(leaf, _mm512_set1_epi64(16));
    __m512d value = _mm512_mask_blend_pd(upper, _mm512_permutex2var_pd(t0, leaf, t1),
                                         _mm512_permutex2var_pd(t2, leaf, t3));
    for (int table = 32; table < n_leaves; table += 16) {
      const __mmask8 here = _mm512_cmpeq_epi64_mask(
          _mm512_and_si512(leaf, _mm512_set1_epi64(~15LL)), _mm512_set1_epi64(table));
      value = _mm512_mask_blend_pd(here, value,
                                   _mm512_permutex2var_pd(_mm512_loadu_pd(values + table), leaf,
                                                          _mm512_loadu_pd(values + table + 8)));
    }
    _mm512_storeu_pd(scores + i, _mm512_add_pd(_mm512_loadu_pd(scores + i), value));
  }
}

#else

inline __attribute__((always_inline)) void add_values(const double* values, int,
                                                      const unsigned char* leaves, double* scores) {
#pragma GCC unroll 8
  for (int i = 0; i < mask_rows; ++i) scores[i] += values[leaves[i]];
}

#endif

void add(const MaskView& view, const std::int8_t* codes, int first, int end, double* scores) {
  for (int t = first; t < end; ++t) {
    const MaskTree& tree = view.trees[t];
    V leaves[vectors];
    find_leaves(view, tree, codes, leaves);
    unsigned char bytes[mask_rows];
    __builtin_memcpy(bytes, leaves, sizeof bytes);
    add_values(view.values + tree.first_value, tree.n_leaves, bytes,
               scores + static_cast<std::int64_t>(tree.output) * mask_rows);
  }
}

}  // namespace

MaskEngine mask_engine() { return {encode, add}; }

}  // namespace grove::GROVE_INSTRUCTION_SET
