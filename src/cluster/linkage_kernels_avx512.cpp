#define GROVE_INSTRUCTION_SET avx512
#include "cluster/linkage_kernels_body.hpp"
