#define GROVE_INSTRUCTION_SET avx2
#include "cluster/reachability/link_search_kernel.hpp"
