#define GROVE_INSTRUCTION_SET avx2
#define GROVE_VECTOR_BYTES 32
#define GROVE_TILE_QUERIES 6
#include "neighbors/product_scan_kernel.hpp"
