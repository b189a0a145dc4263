#pragma once

#include <string>
#include <string_view>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/read_options.hpp"

namespace grove {

/// Reads a CSV file with a header: UTF-8, RFC 4180 quotes, LF or CRLF; `.gz` is decompressed.
///
/// A column of decimal numbers is numeric; one of words is categorical with its categories in
/// sorted order; one with both is refused unless named in `categorical`. Missing values become NaN.
/// Quotes do not make a number a word. Throws ParseError with file, line and column for ragged
/// rows, bad quotes, NUL, bad UTF-8, inf, overflow, repeated names, mixed columns and missing
/// targets, and InvalidParameter for options that name no column. Always reports the first such
/// row, for any number of threads.
///
/// Parallel over pieces of the file. Memory: the data set and a few MB per thread; a compressed
/// file is held decompressed while it is read.
Dataset read_csv(const std::string& path, const ReadOptions& options = {},
                 const Context& context = {});

/// The same for text in memory; `name` stands for the file in messages and names the data set.
Dataset parse_csv(std::string_view text, const ReadOptions& options = {},
                  const Context& context = {}, const std::string& name = "text");

/// Writes columns, then the target, then `weight` and `group` if there are any (`weight_` and so on
/// where a column has the name): what read_csv reads back to an equal data set, apart from
/// categories that look like numbers (name them in `categorical`). The file appears whole or not at
/// all.
void write_csv(const Dataset& data, const std::string& path);

}  // namespace grove
