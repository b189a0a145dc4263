#include "cluster/k_means/center_scan.hpp"

namespace grove::cluster {

namespace {

CenterKernels choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::center_kernels();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return avx2::center_kernels();
#endif
  return baseline::center_kernels();
}

}  // namespace

const CenterKernels& center_kernels() {
  static const CenterKernels kernels = choose();
  return kernels;
}

}  // namespace grove::cluster
