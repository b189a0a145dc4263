#define GROVE_INSTRUCTION_SET baseline
#include "cluster/chunk_scan_kernel.hpp"
