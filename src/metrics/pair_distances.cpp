#include "metrics/pair_distances.hpp"

namespace grove::metrics {
namespace {

DistanceKernels best_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::distance_kernels();
  if (__builtin_cpu_supports("avx2")) return avx2::distance_kernels();
#endif
  return baseline::distance_kernels();
}

}  // namespace

const DistanceKernels& distance_kernels() {
  static const DistanceKernels kernels = best_kernels();
  return kernels;
}

}  // namespace grove::metrics
