#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "grove/core/environment.hpp"

// What the pages of comparisons have in common.

namespace grove {

/// "12.34%"
std::string percent(double value);
/// "1 row", "2 rows"
std::string count_text(std::size_t n, const std::string& one, const std::string& many);

/// A data: address that holds these bytes.
std::string data_address(std::string_view media_type, std::string_view bytes);

/// Head, style and heading; `title` is escaped here.
void open_page(std::ostream& out, const std::string& title);
/// Sorts the tables of class "sort", opens what a link leads to, and everything before printing.
void write_script(std::ostream& out);
void close_page(std::ostream& out);
/// Terms of a definition list: version, compiler, processor, threads.
void write_environment(std::ostream& out, const Environment& here);

}  // namespace grove
