#define GROVE_INSTRUCTION_SET avx2
#define GROVE_VECTOR_BYTES 32
#define GROVE_TILE_POINTS 4
#define GROVE_TILE_VECTORS 3
#include "cluster/k_means/center_scan_kernel.hpp"
