#define GROVE_INSTRUCTION_SET baseline
#define GROVE_VECTOR_BYTES 16
#include "tree/predictor_masks_kernel.hpp"
