#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace grove {

/// The most memory that a process has had resident so far (VmHWM). 0 if it is gone. Linux only.
std::uint64_t process_peak_bytes(pid_t process);

/// A look at a process and its living descendants.
struct TreeMemory {
  std::size_t n_processes = 0;
  /// The largest process_peak_bytes among them or, if more, what they hold together now, pages that
  /// they share counted once.
  std::uint64_t bytes = 0;
};
TreeMemory tree_memory(pid_t process);

}  // namespace grove
