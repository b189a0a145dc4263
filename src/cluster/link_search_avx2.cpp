#define GROVE_INSTRUCTION_SET avx2
#include "cluster/link_search_kernel.hpp"
