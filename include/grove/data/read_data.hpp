#pragma once

#include <string>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/read_options.hpp"

namespace grove {

/// Reads a file in the format that its name ends in: `.csv`, `.npy`, `.libsvm` (or `.svm`), each
/// also with `.gz`. Throws InvalidData for other names, and what the format's reader throws.
Dataset read_data(const std::string& path, const ReadOptions& options = {},
                  const Context& context = {});

}  // namespace grove
