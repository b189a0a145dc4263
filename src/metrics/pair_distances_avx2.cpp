#define GROVE_INSTRUCTION_SET avx2
#define GROVE_TILE_GROUPS 1
#include "metrics/pair_distances_kernel.hpp"
