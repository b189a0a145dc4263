#pragma once

#include <sys/types.h>

#include <cstdint>

namespace grove {

/// The most memory that a process has had resident so far (VmHWM). 0 if it is gone. Linux only.
std::uint64_t process_peak_bytes(pid_t process);

/// The sum of that over a process and its living descendants. Pages that they share count once for
/// each.
std::uint64_t tree_peak_bytes(pid_t process);

}  // namespace grove
