#include "core/memory_meter.hpp"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <string>

namespace grove {

namespace {

std::mutex meters_mutex;
int n_meters = 0;

/// A line "NAME:  123 kB" of /proc/self/status, in bytes.
std::uint64_t status_bytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != name) continue;
    std::uint64_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

MemoryMeter::MemoryMeter() {
  const std::scoped_lock lock(meters_mutex);
  // Resetting the high-water mark (man 5 proc) under a running meter would make it forget its peak.
  if (n_meters++ == 0) std::ofstream("/proc/self/clear_refs") << "5";
  start_ = status_bytes("VmRSS:");
}

MemoryMeter::~MemoryMeter() {
  const std::scoped_lock lock(meters_mutex);
  --n_meters;
}

std::uint64_t MemoryMeter::peak_bytes() const {
  const std::uint64_t peak = status_bytes("VmHWM:");
  return peak > start_ ? peak - start_ : 0;
}

}  // namespace grove
