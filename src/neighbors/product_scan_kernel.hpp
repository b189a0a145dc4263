// Included by product_scan_*.cpp, each with its own instruction set, its GROVE_INSTRUCTION_SET, and
// the shape of the tile that fills its registers. No standard library here: see kd_search.hpp.

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "neighbors/product_scan.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

constexpr int lanes = GROVE_VECTOR_BYTES / 4;
constexpr int vectors = 2;  // of points in a tile
constexpr int points_a_panel = lanes * vectors;
constexpr int queries_a_panel = GROVE_TILE_QUERIES;

using V = float __attribute__((vector_size(GROVE_VECTOR_BYTES)));

inline __attribute__((always_inline)) V load(const float* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

#if defined(__AVX512F__)
inline __attribute__((always_inline)) bool any_less_equal(V a, V b) {
  return _mm512_cmp_ps_mask(__m512(a), __m512(b), _CMP_LE_OQ) != 0;
}
#elif defined(__AVX2__)
inline __attribute__((always_inline)) bool any_less_equal(V a, V b) {
  return _mm256_movemask_ps(_mm256_cmp_ps(__m256(a), __m256(b), _CMP_LE_OQ)) != 0;
}
#else
inline __attribute__((always_inline)) bool any_less_equal(V a, V b) {
  const auto within = a <= b;
  int any = 0;
  for (int lane = 0; lane < lanes; ++lane) any |= within[lane];
  return any != 0;
}
#endif

/// The products of a panel of queries with a panel of points, all in registers.
inline __attribute__((always_inline)) void multiply(const float* queries, const float* points,
                                                    int d, V (&sums)[queries_a_panel][vectors]) {
#pragma GCC unroll 16
  for (int i = 0; i < queries_a_panel; ++i)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) sums[i][v] = V{};
  for (int j = 0; j < d; ++j) {
    const V first = load(points + j * points_a_panel);
    const V second = load(points + j * points_a_panel + lanes);
#pragma GCC unroll 16
    for (int i = 0; i < queries_a_panel; ++i) {
      const V query = queries[j * queries_a_panel + i] - V{};
      sums[i][0] += query * first;
      sums[i][1] += query * second;
    }
  }
}

void offer(const ProductTask& task, int query, std::int64_t first_row,
           const float (&scores)[points_a_panel]) {
  Candidates& found = task.candidates[query];
  if (found.capacity - found.n < points_a_panel) task.shrink(task.owner, query);
  for (int i = 0; i < points_a_panel; ++i) {
    found.scores[found.n] = scores[i];
    found.rows[found.n] = first_row + i;
    found.n += scores[i] <= found.limit ? 1 : 0;
  }
}

void run(const ProductTask& task) {
  for (int p = 0; p < task.n_points; p += points_a_panel) {
    const float* const points = task.points + static_cast<std::int64_t>(p) * task.d;
    const V halves[vectors] = {load(task.half_norms + p), load(task.half_norms + p + lanes)};
    for (int q = 0; q < task.n_queries; q += queries_a_panel) {
      V sums[queries_a_panel][vectors];
      multiply(task.queries + static_cast<std::int64_t>(q) * task.d, points, task.d, sums);
      const int n = task.n_queries - q < queries_a_panel ? task.n_queries - q : queries_a_panel;
      for (int i = 0; i < n; ++i) {
        const V first = halves[0] - sums[i][0];
        const V second = halves[1] - sums[i][1];
        const V limit = task.candidates[q + i].limit - V{};
        if (!any_less_equal(first < second ? first : second, limit)) continue;
        float scores[points_a_panel];
        __builtin_memcpy(scores, &first, sizeof first);
        __builtin_memcpy(scores + lanes, &second, sizeof second);
        offer(task, q + i, task.first_row + p, scores);
      }
    }
  }
}

}  // namespace

ProductScan product_scan() { return {queries_a_panel, points_a_panel, run}; }

}  // namespace grove::GROVE_INSTRUCTION_SET
