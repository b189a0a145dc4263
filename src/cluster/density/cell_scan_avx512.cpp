#define GROVE_INSTRUCTION_SET avx512
#include "cluster/density/cell_scan_kernel.hpp"
