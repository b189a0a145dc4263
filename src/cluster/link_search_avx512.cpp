#define GROVE_INSTRUCTION_SET avx512
#include "cluster/link_search_kernel.hpp"
