#define GROVE_INSTRUCTION_SET avx512
#define GROVE_VECTOR_BYTES 64
#define GROVE_TILE_QUERIES 12
#include "neighbors/product_scan_kernel.hpp"
