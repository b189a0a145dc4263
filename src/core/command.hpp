#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace grove {

struct CommandOptions {
  /// Added to the caller's environment.
  std::vector<std::pair<std::string, std::string>> environment = {};
  /// Wall seconds; then the command is ended.
  double timeout = 600;
  std::stop_token stop = {};
};

/// How a command ended, and what it took.
struct CommandResult {
  enum class End { exited, signalled, timed_out, stopped };
  End end = End::exited;
  int code = 0;  // exit code, or the number of the signal
  double seconds = 0;
  /// Of the command's shell and all below it that were waited for.
  double cpu_seconds = 0;
  /// Resident memory: the most that one of its processes had or, if more, that all had together,
  /// pages that they share counted once; from looks at most 50 ms apart.
  std::uint64_t peak_bytes = 0;
  /// The last few KB of its standard output and standard error.
  std::string out;
  std::string err;
};

/// Runs `command` by /bin/sh in the caller's directory, in a process group of its own, with no
/// standard input, default signals and no other open files. At the time limit or when a stop is
/// requested the group gets SIGTERM and, 2 s later, SIGKILL; what the command leaves running in its
/// group is killed when it ends. Throws Error if it cannot be started.
CommandResult run_command(const std::string& command, const CommandOptions& options);

}  // namespace grove
