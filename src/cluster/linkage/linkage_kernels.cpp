#include "cluster/linkage/linkage_kernels.hpp"

namespace grove {

LinkageKernels linkage_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::linkage_kernels();
  if (__builtin_cpu_supports("avx2")) return avx2::linkage_kernels();
#endif
  return baseline::linkage_kernels();
}

}  // namespace grove
