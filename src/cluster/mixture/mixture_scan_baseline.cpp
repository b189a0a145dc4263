#define GROVE_INSTRUCTION_SET baseline
#define GROVE_VECTOR_BYTES 16
#define GROVE_TILE_ROWS 2
#define GROVE_TILE_COLUMNS 2
#include "cluster/mixture/mixture_scan_kernel.hpp"
