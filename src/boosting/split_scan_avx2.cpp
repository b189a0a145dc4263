#define GROVE_INSTRUCTION_SET avx2
#define GROVE_VECTOR_BYTES 32
#include "boosting/split_scan_kernel.hpp"
