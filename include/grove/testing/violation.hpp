#pragma once

#include <string>

namespace grove {

/// A broken rule: its stable name ("refit_forgets") and what was seen.
struct Violation {
  std::string check;
  std::string message;
};

}  // namespace grove
