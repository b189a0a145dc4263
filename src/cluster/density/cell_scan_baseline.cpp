#define GROVE_INSTRUCTION_SET baseline
#include "cluster/density/cell_scan_kernel.hpp"
