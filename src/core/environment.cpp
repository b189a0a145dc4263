#include "grove/core/environment.hpp"

#include <fstream>

namespace grove {

namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.rfind("model name", 0) != 0) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

Environment environment(const Context& context) {
  return {.version = GROVE_VERSION,
          .commit = GROVE_COMMIT,
          .compiler = GROVE_COMPILER,
          .flags = GROVE_FLAGS,
          .cpu = cpu_model(),
          .threads = n_threads(context)};
}

}  // namespace grove
