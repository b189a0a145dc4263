#define GROVE_INSTRUCTION_SET avx512
#include "cluster/cell_scan_kernel.hpp"
