#define GROVE_INSTRUCTION_SET avx2
#include "neighbors/kd_search_kernel.hpp"
