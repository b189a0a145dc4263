#pragma once

#include <cstddef>

namespace grove {

/// Asks for 2 MB pages: filling a large table otherwise spends a fifth of its time on page faults,
/// and reading it at random spends more on the page table than on the data. Changes no values.
void prefer_large_pages(void* memory, std::size_t n_bytes);

}  // namespace grove
