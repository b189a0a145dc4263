#pragma once

#include <string>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/read_options.hpp"

namespace grove {

/// Reads a NumPy `.npy` file (format 1.0 to 3.0) with a 2-D array, rows = samples, in C or Fortran
/// order: little-endian float64, float32, integers or bool. Columns are called c0, c1, ...; NaN =
/// missing. `.npy.gz` is decompressed.
///
/// Throws ParseError, naming the file, for another kind of array, for a file shorter or longer than
/// its header says, for inf (with row and column) and for integers beyond +-2^53, which a double
/// cannot hold; InvalidParameter for options that name no column and for CSV options.
Dataset read_npy(const std::string& path, const ReadOptions& options = {},
                 const Context& context = {});

}  // namespace grove
