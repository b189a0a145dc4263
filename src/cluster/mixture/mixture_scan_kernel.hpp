// Included by mixture_scan_*.cpp, each with its own instruction set, its GROVE_INSTRUCTION_SET, the
// bytes of a vector, and the shape of the tiles that fill its registers. No standard library here:
// see mixture_scan.hpp.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "cluster/mixture/mixture_scan.hpp"

namespace grove::cluster::GROVE_INSTRUCTION_SET {
namespace {

#define GROVE_INLINE inline __attribute__((always_inline))

constexpr int lanes = GROVE_VECTOR_BYTES / 8;
constexpr int row_vectors = GROVE_TILE_ROWS;  // of a tile of densities
constexpr int partials = 8;
constexpr int tile = 4;
constexpr int tile_columns = GROVE_TILE_COLUMNS;  // of a tile of products

using V = double __attribute__((vector_size(GROVE_VECTOR_BYTES)));
using VI = std::uint64_t __attribute__((vector_size(GROVE_VECTOR_BYTES)));

GROVE_INLINE V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
GROVE_INLINE void store(double* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
GROVE_INLINE V all(double x) { return x - V{}; }

#if defined(__AVX512F__)
GROVE_INLINE V root(V a) { return V(_mm512_sqrt_pd(__m512d(a))); }
#elif defined(__AVX2__)
GROVE_INLINE V root(V a) { return V(_mm256_sqrt_pd(__m256d(a))); }
#elif defined(__x86_64__)
GROVE_INLINE V root(V a) { return V(_mm_sqrt_pd(__m128d(a))); }
#else
GROVE_INLINE V root(V a) {
  for (int i = 0; i < lanes; ++i) a[i] = __builtin_sqrt(a[i]);
  return a;
}
#endif

/// exp of x <= 0, by x = n ln 2 + r and the Taylor series of r; 0 below -708.
GROVE_INLINE V exp_of(V x) {
  constexpr double shift = 0x1.8p52;  // adding it rounds to an integer, in the low bits
  const VI kept = VI(x >= all(-708.0));
  x = V(VI(x) & kept);
  const V shifted = x * 0x1.71547652b82fep0 + shift;
  const V n = shifted - shift;
  const V r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  const V r2 = r * r, r4 = r2 * r2;
  const V low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const V middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  const V high =
      (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
  const V series = 1.0 + (r + r2 * (low + r4 * (middle + r4 * high)));
  const V scale = V((VI(shifted) + 1023) << 52);
  return V(VI(series * scale) & kept);
}

/// log of x >= 1, by x = 2^n f and the series of artanh((f - 1) / (f + 1)).
GROVE_INLINE V log_of(V x) {
  constexpr std::uint64_t half_root = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
  const VI n = (VI(x) - half_root) >> 52;
  const V f = V(VI(x) - (n << 52));
  const V power = V(n | 0x4330000000000000) - 0x1p52;
  const V t = (f - 1.0) / (f + 1.0);
  const V t2 = t * t;
  V series = all(2.0 / 23);
#pragma GCC unroll 10
  for (int i = 21; i >= 3; i -= 2) series = series * t2 + 2.0 / i;
  return power * 0x1.62e42fee00000p-1 +
         (power * 0x1.a39ef35793c76p-33 + (t * 2.0 + t * t2 * series));
}

/// (values * triangle) of every row: Squares ? their squared lengths into `out` : themselves.
template <bool Squares>
void project(const double* values, int rows, int d, const double* triangle, double* out) {
  for (int g = 0; g < rows; g += row_vectors * lanes) {
    V squares[row_vectors] = {};
    const double* factors = triangle;
    for (int m = 0; m < d; m += tile) {
      V sums[tile][row_vectors] = {};
      const int depth = m + tile < d ? m + tile : d;
      for (int j = 0; j < depth; ++j, factors += tile) {
        V value[row_vectors];
#pragma GCC unroll 4
        for (int v = 0; v < row_vectors; ++v) value[v] = load(values + j * rows + g + v * lanes);
#pragma GCC unroll 4
        for (int q = 0; q < tile; ++q) {
          const V factor = all(factors[q]);
#pragma GCC unroll 4
          for (int v = 0; v < row_vectors; ++v) sums[q][v] += factor * value[v];
        }
      }
#pragma GCC unroll 4
      for (int q = 0; q < tile; ++q)
#pragma GCC unroll 4
        for (int v = 0; v < row_vectors; ++v) {
          if constexpr (Squares) {
            squares[v] += sums[q][v] * sums[q][v];
          } else if (m + q < d) {
            store(out + (m + q) * rows + g + v * lanes, sums[q][v]);
          }
        }
    }
    if constexpr (Squares)
      for (int v = 0; v < row_vectors; ++v) store(out + g + v * lanes, squares[v]);
  }
}

void subtract(const double* x, int rows, int d, const double* center, double* out) {
  for (int j = 0; j < d; ++j) {
    const V middle = all(center[j]);
    for (int r = 0; r < rows; r += lanes)
      store(out + j * rows + r, load(x + j * rows + r) - middle);
  }
}

void scaled_squares(const double* x, int rows, int d, const double* center, const double* scale,
                    double* out) {
  for (int g = 0; g < rows; g += 4 * lanes) {
    V squares[4] = {};
    for (int j = 0; j < d; ++j) {
      const V middle = all(center[j]);
      const V factor = all(scale == nullptr ? 1.0 : scale[j]);
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        const V offset = (load(x + j * rows + g + v * lanes) - middle) * factor;
        squares[v] += offset * offset;
      }
    }
    for (int v = 0; v < 4; ++v) store(out + g + v * lanes, squares[v]);
  }
}

void densities(const MixtureTask& task, const MixtureBlock& block) {
  const int d = task.d, rows = block.rows;
  const std::int64_t triangle = packed_triangle_size(d);
  double* const turned = block.room + static_cast<std::int64_t>(d) * rows;
  if (task.shape == MixtureShape::tied) {
    subtract(block.x, rows, d, task.origin, block.room);
    project<false>(block.room, rows, d, task.factors, turned);
  }
  for (int c = 0; c < task.k; ++c) {
    double* const out = block.values + static_cast<std::int64_t>(c) * rows;
    const double* const mean = task.means + static_cast<std::int64_t>(c) * d;
    if (task.shape == MixtureShape::full) {
      subtract(block.x, rows, d, mean, block.room);
      project<true>(block.room, rows, d, task.factors + c * triangle, out);
    } else if (task.shape == MixtureShape::tied) {
      scaled_squares(turned, rows, d, mean, nullptr, out);
    } else {
      scaled_squares(block.x, rows, d, mean, task.factors + static_cast<std::int64_t>(c) * d, out);
    }
    // A square that overflows, or is inf - inf on the way, is as good as none: all components far.
    const V constant = all(task.constants[c]), most = all(1e300);
    for (int r = 0; r < rows; r += lanes) {
      const V squared = load(out + r);
      store(out + r, constant - 0.5 * (squared < most ? squared : most));
    }
  }
}

void normalize(int k, const MixtureBlock& block) {
  const std::int64_t rows = block.rows;
  for (std::int64_t r = 0; r < rows; r += lanes) {
    double* const values = block.values + r;
    V largest = load(values);
    for (int c = 1; c < k; ++c) {
      const V value = load(values + c * rows);
      largest = value > largest ? value : largest;
    }
    V sum = {};
    for (int c = 0; c < k; ++c) {
      const V part = exp_of(load(values + c * rows) - largest);
      store(values + c * rows, part);
      sum += part;
    }
    for (int c = 0; c < k; ++c) store(values + c * rows, load(values + c * rows) / sum);
    store(block.norms + r, largest + log_of(sum));
  }
}

/// The 8 partial sums in a fixed order.
GROVE_INLINE double total_of(const double* p) {
  return ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7]));
}

/// Sum over rows of a * b.
GROVE_INLINE double product_sum(const double* a, const double* b, int rows) {
  V sums[partials / lanes] = {};
  for (int r = 0; r < rows; r += partials)
#pragma GCC unroll 4
    for (int h = 0; h < partials / lanes; ++h)
      sums[h] += load(a + r + h * lanes) * load(b + r + h * lanes);
  double parts[partials];
  for (int h = 0; h < partials / lanes; ++h) store(parts + h * lanes, sums[h]);
  return total_of(parts);
}

/// second[i][j] += sum over rows of values i * values j, for j <= i.
void add_products(const double* values, int rows, int d, double* second) {
  for (int i = 0; i < d; i += tile) {
    const double* a[tile];
    for (int q = 0; q < tile; ++q) a[q] = values + (i + q < d ? i + q : d - 1) * rows;
    for (int j = 0; j < d && j < i + tile; j += tile_columns) {
      const double* b[tile_columns];
      for (int t = 0; t < tile_columns; ++t) b[t] = values + (j + t < d ? j + t : d - 1) * rows;
      double parts[tile][tile_columns][partials];
      for (int h = 0; h < partials; h += lanes) {
        V sums[tile][tile_columns] = {};
        for (int r = h; r < rows; r += partials) {
          V right[tile_columns];
#pragma GCC unroll 4
          for (int t = 0; t < tile_columns; ++t) right[t] = load(b[t] + r);
#pragma GCC unroll 4
          for (int q = 0; q < tile; ++q) {
            const V left = load(a[q] + r);
#pragma GCC unroll 4
            for (int t = 0; t < tile_columns; ++t) sums[q][t] += left * right[t];
          }
        }
        for (int q = 0; q < tile; ++q)
          for (int t = 0; t < tile_columns; ++t) store(&parts[q][t][h], sums[q][t]);
      }
      for (int q = 0; q < tile && i + q < d; ++q)
        for (int t = 0; t < tile_columns && j + t <= i + q; ++t)
          second[static_cast<std::int64_t>(i + q) * d + j + t] += total_of(parts[q][t]);
    }
  }
}

void moments(MixtureShape shape, int k, int d, const MixtureBlock& block, const MixtureSums& sums) {
  const int rows = block.rows;
  double* const mass = block.room + static_cast<std::int64_t>(d) * rows;
  double* const roots = mass + rows;
  for (int c = 0; c < k; ++c) {
    const double* const shares = block.values + static_cast<std::int64_t>(c) * rows;
    for (int r = 0; r < rows; r += lanes) {
      const V w = load(shares + r) * load(block.weights + r);
      store(mass + r, w);
      store(roots + r, root(w));
    }
    const double total = product_sum(shares, block.weights, rows);
    if (!(total > 0)) continue;
    sums.total[c] += total;
    subtract(block.x, rows, d, sums.centers + static_cast<std::int64_t>(c) * d, block.room);
    for (int j = 0; j < d; ++j) {
      double* const offsets = block.room + j * rows;
      sums.first[static_cast<std::int64_t>(c) * d + j] += product_sum(mass, offsets, rows);
      if (shape == MixtureShape::tied) continue;
      for (int r = 0; r < rows; r += lanes) store(offsets + r, load(offsets + r) * load(roots + r));
      if (shape == MixtureShape::diagonal)
        sums.second[static_cast<std::int64_t>(c) * d + j] += product_sum(offsets, offsets, rows);
    }
    if (shape == MixtureShape::full)
      add_products(block.room, rows, d, sums.second + static_cast<std::int64_t>(c) * d * d);
  }
}

void decay(double* values, std::int64_t n, double factor) {
  for (std::int64_t i = 0; i < n; i += lanes) {
    if (n - i >= lanes) {
      store(values + i, exp_of(load(values + i) * -factor));
      continue;
    }
    const std::int64_t count = n - i;
    double part[lanes] = {};
    for (std::int64_t lane = 0; lane < count; ++lane) part[lane] = values[i + lane];
    store(part, exp_of(load(part) * -factor));
    for (std::int64_t lane = 0; lane < count; ++lane) values[i + lane] = part[lane];
  }
}

}  // namespace

MixtureScan mixture_scan() { return {densities, normalize, moments, scaled_squares, decay}; }

#undef GROVE_INLINE

}  // namespace grove::cluster::GROVE_INSTRUCTION_SET
