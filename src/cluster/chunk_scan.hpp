#pragma once

#include "neighbors/kd_search.hpp"

// The inner loop over a leaf of a KD-tree, once per instruction set (see neighbors/kd_search.hpp).

namespace grove::cluster {

/// masks[c], bit i: point i of chunk c is within `limit`, a reduced distance, of the query, whose
/// value j is query[j * kd_lanes].
using ChunkScan = void (*)(const double* chunks, int n_chunks, int d, const double* query,
                           KdMetric metric, double limit, std::uint32_t* masks);

namespace baseline {
void chunk_scan(const double*, int, int, const double*, KdMetric, double, std::uint32_t*);
}
namespace avx2 {
void chunk_scan(const double*, int, int, const double*, KdMetric, double, std::uint32_t*);
}
namespace avx512 {
void chunk_scan(const double*, int, int, const double*, KdMetric, double, std::uint32_t*);
}

}  // namespace grove::cluster
