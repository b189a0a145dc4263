#define GROVE_INSTRUCTION_SET avx2
#include "cluster/density/cell_scan_kernel.hpp"
