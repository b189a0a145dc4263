#pragma once

#include <string>

#include "grove/core/context.hpp"

namespace grove {

/// What a result was computed with; part of every report.
struct Environment {
  std::string version;   // of grove
  std::string commit;    // of its source tree, "unknown" outside one
  std::string compiler;  // "GNU 12.2.0"
  std::string flags;
  std::string cpu;
  int threads = 0;
};

Environment environment(const Context& context = {});

}  // namespace grove
