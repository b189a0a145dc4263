#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "grove/core/context.hpp"

// What the pages of comparisons have in common.

namespace grove {

/// "12.34%"
std::string percent(double value);
/// "1 row", "2 rows"
std::string count_text(std::size_t n, const std::string& one, const std::string& many);

/// Head, style and heading; `title` is escaped here.
void open_page(std::ostream& out, const std::string& title);
void close_page(std::ostream& out);
/// Terms of a definition list: version, compiler, processor, threads.
void write_environment(std::ostream& out, const Context& context);

}  // namespace grove
