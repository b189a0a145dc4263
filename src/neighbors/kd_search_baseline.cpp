#define GROVE_INSTRUCTION_SET baseline
#include "neighbors/kd_search_kernel.hpp"
