#define GROVE_INSTRUCTION_SET baseline
#include "cluster/reachability/link_search_kernel.hpp"
