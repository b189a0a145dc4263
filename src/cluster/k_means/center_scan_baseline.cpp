#define GROVE_INSTRUCTION_SET baseline
#define GROVE_VECTOR_BYTES 16
#define GROVE_TILE_POINTS 4
#define GROVE_TILE_VECTORS 2
#include "cluster/k_means/center_scan_kernel.hpp"
