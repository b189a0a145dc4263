#pragma once

#include <cstdint>

namespace grove {

/// How far the process's resident memory rose above where it stood at construction. Meters that
/// live at the same time share the process and so each other's memory. Linux only; 0 elsewhere.
class MemoryMeter {
 public:
  MemoryMeter();
  ~MemoryMeter();
  MemoryMeter(const MemoryMeter&) = delete;
  MemoryMeter& operator=(const MemoryMeter&) = delete;
  std::uint64_t peak_bytes() const;

 private:
  std::uint64_t start_;
};

}  // namespace grove
