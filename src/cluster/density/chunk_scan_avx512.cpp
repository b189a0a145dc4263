#define GROVE_INSTRUCTION_SET avx512
#include "cluster/density/chunk_scan_kernel.hpp"
