#define GROVE_INSTRUCTION_SET baseline
#include "cluster/link_search_kernel.hpp"
