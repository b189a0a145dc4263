#define GROVE_INSTRUCTION_SET baseline
#include "cluster/linkage/linkage_kernels_body.hpp"
