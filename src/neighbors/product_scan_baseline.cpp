#define GROVE_INSTRUCTION_SET baseline
#define GROVE_VECTOR_BYTES 16
#define GROVE_TILE_QUERIES 4
#include "neighbors/product_scan_kernel.hpp"
