#pragma once

#include "neighbors/kd_search.hpp"

// The inner loops of DBSCAN over a KD-tree, once per instruction set (see neighbors/kd_search.hpp).

namespace grove::cluster {

/// The loops of one instruction set. Distances are reduced ones.
struct ChunkScan {
  /// masks[c], bit i: point i of chunk c is within `limit` of the query, whose value j is
  /// query[j * kd_lanes].
  void (*within)(const double* chunks, int n_chunks, int d, const double* query, KdMetric metric,
                 double limit, std::uint32_t* masks);
  /// Bit q: query q of a chunk is within `limit` of a box of d lower, then d upper bounds.
  unsigned (*near_box)(const double* queries, int d, const float* box, KdMetric metric,
                       double limit);
};

namespace baseline {
extern const ChunkScan chunk_scan;
}
namespace avx2 {
extern const ChunkScan chunk_scan;
}
namespace avx512 {
extern const ChunkScan chunk_scan;
}

}  // namespace grove::cluster
