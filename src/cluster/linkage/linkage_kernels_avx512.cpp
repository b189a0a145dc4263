#define GROVE_INSTRUCTION_SET avx512
#include "cluster/linkage/linkage_kernels_body.hpp"
