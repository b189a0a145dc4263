#define GROVE_INSTRUCTION_SET avx512
#define GROVE_VECTOR_BYTES 64
#define GROVE_TILE_POINTS 8
#define GROVE_TILE_VECTORS 3
#include "cluster/k_means/center_scan_kernel.hpp"
