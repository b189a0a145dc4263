#define GROVE_INSTRUCTION_SET baseline
#include "cluster/density/chunk_scan_kernel.hpp"
