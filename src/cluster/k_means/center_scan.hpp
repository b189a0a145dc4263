#pragma once

#include <cstdint>

// The inner loops of k-means, compiled once per instruction set; plain data only, for the reason
// given in neighbors/kd_search.hpp. Everything in double gives the same bits on each of them; what
// is in float only filters.

namespace grove::cluster {

/// Centres in double, 8 at a time, coordinate by coordinate.
inline constexpr int exact_lanes = 8;

/// Points and centres as floats. A point meets `lanes` centres at once.
struct ScanTask {
  const float* points = nullptr;  // row by row; readable up to a multiple of `tile` rows
  std::int64_t stride = 0;        // floats from one row to the next
  const int* which = nullptr;     // the rows to take; null: 0, 1, ...
  int n_points = 0;
  const float* centers = nullptr;     // vectors of `lanes` centres, coordinate by coordinate
  const float* half_norms = nullptr;  // |center|^2 / 2; +inf beyond the last
  int n_vectors = 0;
  std::int64_t d = 0;
  float* best = nullptr;    // the least score of each point: |center|^2 / 2 - point . center
  float* second = nullptr;  // the next one, equal if tied
  int* label = nullptr;     // of the least
  float* scores = nullptr;  // null, or all: n_points x (n_vectors * lanes)
};

/// One point against some centres: scores as above.
struct PairTask {
  const float* point = nullptr;
  const float* centers = nullptr;  // row by row, zeros up to a multiple of 16 coordinates
  std::int64_t stride = 0;         // a multiple of 16; the point has zeros up to it too
  const float* half_norms = nullptr;
  const int* which = nullptr;
  int n = 0;
  float* scores = nullptr;
};

/// Sums to which points are added, or from which they are taken, without any rounding, so that
/// their order does not matter: each term is cut at fixed binary places into three parts, whose
/// sums are exact (Demmel & Nguyen, "Fast reproducible floating-point summation", 2013).
struct SumTask {
  const double* point = nullptr;
  double weight = 1;                // minus: taken away
  const double* cutters = nullptr;  // one per coordinate: 1.5 * 2^52 units of the first part
  double step = 0;                  // from the unit of a part to that of the next
  std::int64_t d = 0;
  double* sums = nullptr;  // 3 x d
};

struct CollectTask {
  const float* bounds = nullptr;  // less drifts: on the distances to the centres
  const float* drifts = nullptr;
  const float* halves = nullptr;  // other lower bounds: half the distances from the own centre
  float limit = 0;
  int n = 0;
  int own = 0;
};

struct CenterKernels {
  int lanes;
  int tile;
  void (*scan)(const ScanTask& task);
  void (*pairs)(const PairTask& task);
  /// out[j] = (x[j] - center[j]) * scale, then zeros up to `stride`; returns the squared norm.
  double (*pack)(const double* x, const double* center, double scale, std::int64_t d,
                 std::int64_t stride, float* out);
  /// Coordinate j is summed in lane j % 8; the lanes are then summed in pairs.
  double (*squared)(const double* a, const double* b, std::int64_t d);
  /// The same bits for a block of 8 centres.
  void (*squared_block)(const double* point, const double* block, std::int64_t d, double* out);
  void (*add)(const SumTask& task);
  /// bounds[c] = the distance that the score stands for, at least: sqrt(norm + 2 score - margin) +
  /// drift[c], rounded down a little.
  void (*bounds)(const float* scores, const float* drifts, double norm, double margin, int n,
                 float* bounds);
  /// The c other than `own` whose bound, and half distance, are at most the limit, ascending;
  /// returns how many.
  int (*collect)(const CollectTask& task, int* out);
};

namespace baseline {
CenterKernels center_kernels();
}
namespace avx2 {
CenterKernels center_kernels();
}
namespace avx512 {
CenterKernels center_kernels();
}

/// For this processor.
const CenterKernels& center_kernels();

}  // namespace grove::cluster
