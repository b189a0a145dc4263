#pragma once

#include <cstdint>

// The inner loops of Gaussian mixtures, compiled once per instruction set; plain data only, for the
// reason given in neighbors/kd_search.hpp. Each row has a lane of its own; sums over rows keep 8
// partial sums, by row modulo 8, on every instruction set: the same bits.

namespace grove::cluster {

/// Rows of a block are a multiple of this.
inline constexpr int mixture_rows = 32;

enum class MixtureShape { full, tied, diagonal };

/// An upper triangle (row j <= column m) by 4 columns at a time: for each of the rows down to the
/// diagonal the 4 values; 0 below the diagonal and beyond the last column.
constexpr std::int64_t packed_triangle_size(std::int64_t d) {
  std::int64_t size = 0;
  for (std::int64_t m = 0; m < d; m += 4) size += 4 * (m + 4 < d ? m + 4 : d);
  return size;
}

/// Log density of component c at x: constants[c] - |v|^2 / 2, where v is
/// full: (x - mean) * triangle c; diagonal: (x - mean) by columns times row c of factors;
/// tied: (x - origin) * the one triangle - mean, with means already in those coordinates.
struct MixtureTask {
  MixtureShape shape = MixtureShape::full;
  int d = 0;
  int k = 0;
  const double* origin = nullptr;     // d, tied only
  const double* means = nullptr;      // k x d
  const double* factors = nullptr;    // packed triangles, or k x d
  const double* constants = nullptr;  // k
};

/// A block of rows, value j of row r at x[j * rows + r].
struct MixtureBlock {
  int rows = 0;
  const double* x = nullptr;
  const double* weights = nullptr;
  double* room = nullptr;    // 2 (d + 1) rows
  double* values = nullptr;  // [component][row]: log densities, then responsibilities
  double* norms = nullptr;   // [row]: log of the sum of the densities
};

/// Weighted sums over rows about `centers` (k x d): of responsibilities, of offsets, and of
/// products of offsets (full: k x d x d, j <= i; diagonal: k x d; tied: not filled).
struct MixtureSums {
  const double* centers = nullptr;
  double* total = nullptr;
  double* first = nullptr;
  double* second = nullptr;
};

struct MixtureScan {
  /// Fills block.values with log densities.
  void (*densities)(const MixtureTask& task, const MixtureBlock& block);
  /// Log densities to responsibilities, and block.norms.
  void (*normalize)(int k, const MixtureBlock& block);
  /// Adds the block's moments under the responsibilities in block.values.
  void (*moments)(MixtureShape shape, int k, int d, const MixtureBlock& block,
                  const MixtureSums& sums);
  /// Squared lengths of x - center, x as in a block, times `scale` by columns if it is not null.
  void (*squares)(const double* x, int rows, int d, const double* center, const double* scale,
                  double* out);
  /// values[i] = exp(-factor * values[i]), of what is not negative; 0 below exp(-708).
  void (*decay)(double* values, std::int64_t n, double factor);
};

namespace baseline {
MixtureScan mixture_scan();
}
namespace avx2 {
MixtureScan mixture_scan();
}
namespace avx512 {
MixtureScan mixture_scan();
}

/// The best of them that this machine has.
MixtureScan mixture_scan();

}  // namespace grove::cluster
