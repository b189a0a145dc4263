// Included by chunk_scan_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see neighbors/kd_search.hpp.

#include "cluster/density/chunk_scan.hpp"
#include "cluster/density/vector_of_8.hpp"

namespace grove::cluster::GROVE_INSTRUCTION_SET {
namespace {

using VI = std::int64_t __attribute__((vector_size(64)));

/// As ReducedDistance adds up.
template <KdMetric M>
GROVE_INLINE V add(V sum, V difference) {
  if constexpr (M == KdMetric::euclidean) return sum + difference * difference;
  const V magnitude = V(VI(difference) & 0x7fffffffffffffff);
  if constexpr (M == KdMetric::manhattan) return sum + magnitude;
  return sum > magnitude ? sum : magnitude;
}

template <KdMetric M>
void scan(const double* chunks, int n_chunks, int d, const double* query, double limit,
          std::uint32_t* masks) {
  for (int c = 0; c < n_chunks; ++c) {
    const double* const chunk = chunks + std::int64_t{c} * d * kd_lanes;
    V sums[2] = {};
    for (int j = 0; j < d; ++j) {
      const V value = all(query[j * kd_lanes]);
      sums[0] = add<M>(sums[0], value - load(chunk + j * kd_lanes));
      sums[1] = add<M>(sums[1], value - load(chunk + j * kd_lanes + lanes));
    }
    masks[c] = less_equal(sums[0], all(limit)) | less_equal(sums[1], all(limit)) << lanes;
  }
}

template <KdMetric M>
unsigned near(const double* queries, int d, const float* box, double limit) {
  V sums[2] = {};
  for (int j = 0; j < d; ++j) {
    const V low = all(box[j]);
    const V high = all(box[d + j]);
    for (int half = 0; half < 2; ++half) {
      const V value = load(queries + j * kd_lanes + half * 8);
      const V below = low - value;
      const V above = value - high;
      const V outside = below > above ? below : above;
      sums[half] = add<M>(sums[half], outside > 0.0 ? outside : V{});
    }
  }
  return less_equal(sums[0], all(limit)) | less_equal(sums[1], all(limit)) << lanes;
}

void scan_any(const double* chunks, int n_chunks, int d, const double* query, KdMetric metric,
              double limit, std::uint32_t* masks) {
  if (metric == KdMetric::euclidean)
    return scan<KdMetric::euclidean>(chunks, n_chunks, d, query, limit, masks);
  if (metric == KdMetric::manhattan)
    return scan<KdMetric::manhattan>(chunks, n_chunks, d, query, limit, masks);
  scan<KdMetric::chebyshev>(chunks, n_chunks, d, query, limit, masks);
}

unsigned near_any(const double* queries, int d, const float* box, KdMetric metric, double limit) {
  if (metric == KdMetric::euclidean) return near<KdMetric::euclidean>(queries, d, box, limit);
  if (metric == KdMetric::manhattan) return near<KdMetric::manhattan>(queries, d, box, limit);
  return near<KdMetric::chebyshev>(queries, d, box, limit);
}

}  // namespace

const ChunkScan chunk_scan{scan_any, near_any};

}  // namespace grove::cluster::GROVE_INSTRUCTION_SET
