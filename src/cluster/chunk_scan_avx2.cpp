#define GROVE_INSTRUCTION_SET avx2
#include "cluster/chunk_scan_kernel.hpp"
