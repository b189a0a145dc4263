#include "core/process_memory.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace grove {

namespace {

std::string folder_of(pid_t process) { return "/proc/" + std::to_string(process) + "/"; }

/// A line "NAME:  123 kB", in bytes; 0 if the process is gone.
std::uint64_t kilobyte_line(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line))
    if (line.rfind(name, 0) == 0) return std::stoull(line.substr(name.size())) * 1024;
  return 0;
}

/// Processes come and go meanwhile; what is gone is not listed.
void list_tree(pid_t process, int depth, std::vector<pid_t>& tree) {
  tree.push_back(process);
  if (depth == 0) return;
  std::error_code ignored;
  const std::filesystem::path tasks = folder_of(process) + "task";
  for (std::filesystem::directory_iterator at(tasks, ignored), end; !ignored && at != end;
       at.increment(ignored)) {
    std::ifstream children(at->path() / "children");
    pid_t child = 0;
    while (children >> child) list_tree(child, depth - 1, tree);
  }
}

}  // namespace

std::uint64_t process_peak_bytes(pid_t process) {
  return kilobyte_line(folder_of(process) + "status", "VmHWM:");
}

TreeMemory tree_memory(pid_t process) {
  std::vector<pid_t> tree;
  list_tree(process, 16, tree);
  TreeMemory memory{tree.size(), 0};
  std::uint64_t together = 0;
  for (const pid_t member : tree) {
    memory.bytes = std::max(memory.bytes, process_peak_bytes(member));
    // A fork shares nearly all with its parent until it writes.
    if (tree.size() > 1) together += kilobyte_line(folder_of(member) + "smaps_rollup", "Pss:");
  }
  memory.bytes = std::max(memory.bytes, together);
  return memory;
}

}  // namespace grove
