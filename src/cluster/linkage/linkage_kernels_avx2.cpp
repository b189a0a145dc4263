#define GROVE_INSTRUCTION_SET avx2
#include "cluster/linkage/linkage_kernels_body.hpp"
