#pragma once

#include <string_view>

#include "grove/tree/tree.hpp"

namespace grove {

/// Throws InvalidData if a tree uses a column beyond x, Unsupported if leaves hold lines.
void check_shap(std::string_view who, const TreeEnsemble& ensemble, const MatrixView& x);

}  // namespace grove
