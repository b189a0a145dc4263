// Included by pair_distances_*.cpp, each with its own instruction set, its GROVE_INSTRUCTION_SET
// and the number of groups of columns that its registers hold. No standard library here: see
// pair_distances.hpp.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "metrics/pair_distances.hpp"

namespace grove::metrics::GROVE_INSTRUCTION_SET {
namespace {

constexpr int lanes = distance_lanes;
constexpr int rows_a_tile = 4;

using V = double __attribute__((vector_size(64)));
using VI = std::int64_t __attribute__((vector_size(64)));

#define GROVE_INLINE inline __attribute__((always_inline))

GROVE_INLINE V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
GROVE_INLINE void store(double* p, V v) { __builtin_memcpy(p, &v, sizeof v); }

GROVE_INLINE V root(V v) {
#if defined(__AVX512F__)
  return V(_mm512_sqrt_pd(__m512d(v)));
#elif defined(__AVX2__)
  const __m256d low = _mm256_sqrt_pd(__m256d(__builtin_shufflevector(v, v, 0, 1, 2, 3)));
  const __m256d high = _mm256_sqrt_pd(__m256d(__builtin_shufflevector(v, v, 4, 5, 6, 7)));
  using Half = double __attribute__((vector_size(32)));
  return __builtin_shufflevector(Half(low), Half(high), 0, 1, 2, 3, 4, 5, 6, 7);
#else
  V roots;
#pragma GCC unroll 8
  for (int i = 0; i < lanes; ++i) roots[i] = __builtin_sqrt(v[i]);
  return roots;
#endif
}

template <int Rows, int Groups, bool Root>
GROVE_INLINE void tile(const double* rows, const double* groups, std::int64_t d, double* out,
                       std::int64_t width) {
  V sums[Rows][Groups];
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int g = 0; g < Groups; ++g) sums[r][g] = V{};
  for (std::int64_t c = 0; c < d; ++c) {
    V columns[Groups];
#pragma GCC unroll 4
    for (int g = 0; g < Groups; ++g) columns[g] = load(groups + (g * d + c) * lanes);
#pragma GCC unroll 4
    for (int r = 0; r < Rows; ++r) {
      const double value = rows[r * d + c];
#pragma GCC unroll 4
      for (int g = 0; g < Groups; ++g) {
        const V difference = columns[g] - value;
        sums[r][g] += difference * difference;
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 4
    for (int g = 0; g < Groups; ++g)
      store(out + r * width + g * lanes, Root ? root(sums[r][g]) : sums[r][g]);
}

template <int Groups, bool Root>
GROVE_INLINE void strip(const DistanceTask& task, int group) {
  const std::int64_t width = static_cast<std::int64_t>(task.n_groups) * lanes;
  const double* const groups = task.groups + group * task.d * lanes;
  double* const out = task.out + group * lanes;
  int r = 0;
  for (; r + rows_a_tile <= task.n_rows; r += rows_a_tile)
    tile<rows_a_tile, Groups, Root>(task.rows + r * task.d, groups, task.d, out + r * width, width);
  for (; r < task.n_rows; ++r)
    tile<1, Groups, Root>(task.rows + r * task.d, groups, task.d, out + r * width, width);
}

template <bool Root>
void fill(const DistanceTask& task) {
  int group = 0;
  for (; group + GROVE_TILE_GROUPS <= task.n_groups; group += GROVE_TILE_GROUPS)
    strip<GROVE_TILE_GROUPS, Root>(task, group);
  for (; group < task.n_groups; ++group) strip<1, Root>(task, group);
}

/// All ones where begin <= lane < end.
GROVE_INLINE VI lanes_within(std::int64_t begin, std::int64_t end) {
  const VI lane{0, 1, 2, 3, 4, 5, 6, 7};
  return (lane >= begin) & (lane < end);
}

GROVE_INLINE double across(V v) {
  return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

GROVE_INLINE double sum_between(const double* row, int begin, int end) {
  V sum{};
  for (int at = begin / lanes * lanes; at < end; at += lanes) {
    const V v = load(row + at);
    if (at >= begin && at + lanes <= end) {
      sum += v;
    } else {
      sum += V(VI(v) & lanes_within(begin - at, end - at));
    }
  }
  return across(sum);
}

void add_rows(const SumTask& task) {
  for (int i = 0; i < task.n_rows; ++i)
    for (int s = 0; s < task.n_column_parts; ++s)
      task.row_sums[i * task.row_stride + s] +=
          sum_between(task.distances + i * static_cast<std::int64_t>(task.width),
                      task.column_borders[s], task.column_borders[s + 1]);
}

void add_columns(const SumTask& task) {
  for (int s = 0; s < task.n_row_parts; ++s) {
    double* const sums = task.column_sums + s * task.column_stride;
    for (int j = 0; j < task.width; j += lanes) {
      V sum{};
      for (int i = task.row_borders[s]; i < task.row_borders[s + 1]; ++i)
        sum += load(task.distances + i * static_cast<std::int64_t>(task.width) + j);
      store(sums + j, load(sums + j) + sum);
    }
  }
}

GROVE_INLINE V larger(V a, V b) { return a > b ? a : b; }

double least_reach(const ReachTask& task) {
  const double infinity = __builtin_inf();
  V least = infinity - V{};
  for (int i = 0; i < task.n_rows; ++i) {
    const V core = task.row_cores[i] - V{};
    for (int j = 0; j < task.width; j += lanes) {
      const V square = load(task.squares + i * static_cast<std::int64_t>(task.width) + j);
      const V reach = larger(square, larger(core, load(task.column_cores + j)));
      least = reach < least ? reach : least;
    }
  }
  double result = infinity;
  for (int lane = 0; lane < lanes; ++lane) result = least[lane] < result ? least[lane] : result;
  return result;
}

}  // namespace

DistanceKernels distance_kernels() {
  return {fill<true>, fill<false>, add_rows, add_columns, least_reach};
}

}  // namespace grove::metrics::GROVE_INSTRUCTION_SET
