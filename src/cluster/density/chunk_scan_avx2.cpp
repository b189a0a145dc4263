#define GROVE_INSTRUCTION_SET avx2
#include "cluster/density/chunk_scan_kernel.hpp"
