#define GROVE_INSTRUCTION_SET avx2
#include "cluster/linkage_kernels_body.hpp"
