#define GROVE_INSTRUCTION_SET avx512
#define GROVE_TILE_GROUPS 2
#include "metrics/pair_distances_kernel.hpp"
