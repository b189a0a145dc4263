#include "grove/core/ledger.hpp"

namespace grove {

void Ledger::add(std::string_view counter, std::uint64_t n) {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.find(counter);
  if (found != counts_.end()) {
    found->second += n;
  } else {
    counts_.emplace(counter, n);
  }
}

void Ledger::add(const WorkCounts& counts) {
  for (const auto& [counter, n] : counts) add(counter, n);
}

WorkCounts Ledger::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

}  // namespace grove
