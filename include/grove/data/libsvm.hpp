#pragma once

#include <string>
#include <string_view>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/read_options.hpp"

namespace grove {

/// Reads a LIBSVM file (SVMlight, ranking files with qid too): lines of
/// `label [qid:group] index:value ... [# comment]`, indices ascending. `.gz` is decompressed.
///
/// The table is dense: what a line leaves out is 0, and the columns are called c0, c1, ... up to
/// the largest index or `ReadOptions::n_columns`. Indices count from 1, or from 0 if the file holds
/// index 0. The label is the last column, called `target`: name it, or ask for the last column, to
/// have it as the target; else it is dropped. The values of qid are the groups.
///
/// Throws ParseError with file, line and column for what is no such line, inf, overflow and several
/// labels; InvalidData if the dense table would not fit in the machine's memory; InvalidParameter
/// for options that name no column and for CSV options. Parallel over pieces of the file.
Dataset read_libsvm(const std::string& path, const ReadOptions& options = {},
                    const Context& context = {});

/// The same for text in memory; `name` stands for the file in messages and names the data set.
Dataset parse_libsvm(std::string_view text, const ReadOptions& options = {},
                     const Context& context = {}, const std::string& name = "text");

}  // namespace grove
