#define GROVE_INSTRUCTION_SET avx512
#define GROVE_VECTOR_BYTES 64
#define GROVE_TILE_ROWS 4
#define GROVE_TILE_COLUMNS 4
#include "cluster/mixture/mixture_scan_kernel.hpp"
