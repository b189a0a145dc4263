#define GROVE_INSTRUCTION_SET avx2
#include "cluster/cell_scan_kernel.hpp"
