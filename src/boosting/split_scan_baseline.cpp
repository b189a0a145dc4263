#define GROVE_INSTRUCTION_SET baseline
#define GROVE_VECTOR_BYTES 16
#include "boosting/split_scan_kernel.hpp"
