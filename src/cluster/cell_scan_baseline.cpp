#define GROVE_INSTRUCTION_SET baseline
#include "cluster/cell_scan_kernel.hpp"
