#pragma once

#include <cstdint>

// Euclidean distances of rows to columns, side by side, and their sums by cluster. Compiled once
// per instruction set, so this header holds plain data only: an inline function of the standard
// library that one of those translation units emitted could be the one that the linker keeps for
// the whole program. Every instruction set makes the same operations in the same order.

namespace grove::metrics {

/// Columns lie in groups of so many points, feature by feature: feature c of the group's point i is
/// group[c * distance_lanes + i].
inline constexpr int distance_lanes = 8;

struct DistanceTask {
  const double* rows = nullptr;  // n_rows x d, contiguous
  int n_rows = 0;
  const double* groups = nullptr;
  int n_groups = 0;
  std::int64_t d = 0;
  double* out = nullptr;  // n_rows x (n_groups * distance_lanes)
};

/// A tile's distances cut by the borders of clusters: columns [column_borders[s],
/// column_borders[s + 1]) are of one cluster; so are rows between row_borders.
struct SumTask {
  const double* distances = nullptr;  // n_rows x width
  int n_rows = 0;
  int width = 0;  // a multiple of distance_lanes
  const int* column_borders = nullptr;
  int n_column_parts = 0;
  const int* row_borders = nullptr;
  int n_row_parts = 0;
  double* row_sums = nullptr;  // of row i and part s: row_sums[i * row_stride + s]
  std::int64_t row_stride = 0;
  double* column_sums = nullptr;  // of column j and part s: column_sums[s * column_stride + j]
  std::int64_t column_stride = 0;
};

/// Squared distances of a tile with the squared core distances of its rows and columns.
struct ReachTask {
  const double* squares = nullptr;  // n_rows x width
  int n_rows = 0;
  int width = 0;
  const double* row_cores = nullptr;
  const double* column_cores = nullptr;  // +inf beyond the last
};

struct DistanceKernels {
  /// The distances themselves, and their squares.
  void (*distances)(const DistanceTask& task);
  void (*squares)(const DistanceTask& task);
  /// Adds to the sums.
  void (*add_rows)(const SumTask& task);
  void (*add_columns)(const SumTask& task);
  /// The least of max(square, row core, column core); +inf if there is none.
  double (*least_reach)(const ReachTask& task);
};

namespace baseline {
DistanceKernels distance_kernels();
}
namespace avx2 {
DistanceKernels distance_kernels();
}
namespace avx512 {
DistanceKernels distance_kernels();
}

/// The best of them that this processor has.
const DistanceKernels& distance_kernels();

}  // namespace grove::metrics
