#define GROVE_INSTRUCTION_SET baseline
#include "cluster/linkage_kernels_body.hpp"
