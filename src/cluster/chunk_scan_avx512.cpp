#define GROVE_INSTRUCTION_SET avx512
#include "cluster/chunk_scan_kernel.hpp"
