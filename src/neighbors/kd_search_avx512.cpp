#define GROVE_INSTRUCTION_SET avx512
#include "neighbors/kd_search_kernel.hpp"
