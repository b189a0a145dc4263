#define GROVE_INSTRUCTION_SET baseline
#define GROVE_TILE_GROUPS 1
#include "metrics/pair_distances_kernel.hpp"
