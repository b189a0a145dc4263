// Eight doubles, for the files that are compiled once per instruction set; each defines
// GROVE_INSTRUCTION_SET. No standard library here: see neighbors/kd_search.hpp.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace grove::cluster::GROVE_INSTRUCTION_SET {
namespace {

using V = double __attribute__((vector_size(64)));
constexpr std::uint32_t lanes = 8;

#define GROVE_INLINE inline __attribute__((always_inline))

GROVE_INLINE V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
GROVE_INLINE V all(double x) { return V{x, x, x, x, x, x, x, x}; }

#if defined(__AVX512F__)
GROVE_INLINE unsigned less_equal(V a, V b) {
  return _mm512_cmp_pd_mask(__m512d(a), __m512d(b), _CMP_LE_OQ);
}
#elif defined(__AVX2__)
GROVE_INLINE __m256d low(V a) { return __m256d(__builtin_shufflevector(a, a, 0, 1, 2, 3)); }
GROVE_INLINE __m256d high(V a) { return __m256d(__builtin_shufflevector(a, a, 4, 5, 6, 7)); }
GROVE_INLINE unsigned less_equal(V a, V b) {
  const int first = _mm256_movemask_pd(_mm256_cmp_pd(low(a), low(b), _CMP_LE_OQ));
  const int second = _mm256_movemask_pd(_mm256_cmp_pd(high(a), high(b), _CMP_LE_OQ));
  return static_cast<unsigned>(first | second << 4);
}
#else
GROVE_INLINE unsigned less_equal(V a, V b) {
  const auto yes = a <= b;
  unsigned mask = 0;
  for (unsigned i = 0; i < lanes; ++i) mask |= yes[i] != 0 ? 1U << i : 0U;
  return mask;
}
#endif

}  // namespace
}  // namespace grove::cluster::GROVE_INSTRUCTION_SET
