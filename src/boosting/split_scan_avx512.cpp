#define GROVE_INSTRUCTION_SET avx512
#define GROVE_VECTOR_BYTES 64
#include "boosting/split_scan_kernel.hpp"
