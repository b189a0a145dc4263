#define GROVE_INSTRUCTION_SET avx512
#include "cluster/reachability/link_search_kernel.hpp"
