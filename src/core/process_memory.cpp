#include "core/process_memory.hpp"

#include <filesystem>
#include <fstream>
#include <string>

namespace grove {

std::uint64_t process_peak_bytes(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::string line;
  while (std::getline(status, line))
    if (line.rfind("VmHWM:", 0) == 0) return std::stoull(line.substr(6)) * 1024;
  return 0;
}

namespace {

/// Processes come and go meanwhile; what is gone counts nothing.
std::uint64_t tree_bytes(pid_t process, int depth) {
  std::uint64_t sum = process_peak_bytes(process);
  if (depth == 0) return sum;
  std::error_code ignored;
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (std::filesystem::directory_iterator at(tasks, ignored), end; !ignored && at != end;
       at.increment(ignored)) {
    std::ifstream children(at->path() / "children");
    pid_t child = 0;
    while (children >> child) sum += tree_bytes(child, depth - 1);
  }
  return sum;
}

}  // namespace

std::uint64_t tree_peak_bytes(pid_t process) { return tree_bytes(process, 16); }

}  // namespace grove
