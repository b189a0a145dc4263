#define GROVE_INSTRUCTION_SET avx2
#define GROVE_VECTOR_BYTES 32
#define GROVE_TILE_ROWS 2
#define GROVE_TILE_COLUMNS 2
#include "cluster/mixture/mixture_scan_kernel.hpp"
