#pragma once

#include <atomic>
#include <cstdint>

namespace grove {

/// Processor time of the calling thread since it started, in nanoseconds; about 0.4 microseconds a
/// call.
std::int64_t thread_nanoseconds();

/// Processor time spent since it was made on behalf of the thread that made it: by that thread, and
/// by the threads that helped with its parallel loops and tasks. Other work of the process at the
/// same time does not count, nor does waiting for helpers. Meters of one thread nest, the inner
/// one's time being part of the outer one's; make and destroy them on the same thread.
class CpuMeter {
 public:
  CpuMeter();
  ~CpuMeter();
  CpuMeter(const CpuMeter&) = delete;
  CpuMeter& operator=(const CpuMeter&) = delete;

  double seconds() const;

  /// The innermost meter that the calling thread works for; null if there is none.
  static CpuMeter* current();
  /// Adds time that others spent for the calling thread's work, to all its meters: the time of a
  /// child process, or, below zero, of waiting.
  static void add_to_current(std::int64_t nanoseconds);

 private:
  friend class CpuShare;
  void add(std::int64_t nanoseconds);

  CpuMeter* outer_;
  std::int64_t start_;
  std::atomic<std::int64_t> others_{0};
};

/// While it lives, what the calling thread does is done for `meter` (null: for none).
class CpuShare {
 public:
  explicit CpuShare(CpuMeter* meter);
  ~CpuShare();
  CpuShare(const CpuShare&) = delete;
  CpuShare& operator=(const CpuShare&) = delete;

 private:
  CpuMeter* meter_;  // null if the thread is measured already
  std::int64_t start_ = 0;
};

/// While it lives, the calling thread waits: what that costs is not work.
class CpuPause {
 public:
  CpuPause() : start_(CpuMeter::current() != nullptr ? thread_nanoseconds() : 0) {}
  ~CpuPause() {
    if (CpuMeter::current() != nullptr) CpuMeter::add_to_current(start_ - thread_nanoseconds());
  }
  CpuPause(const CpuPause&) = delete;
  CpuPause& operator=(const CpuPause&) = delete;

 private:
  std::int64_t start_;
};

}  // namespace grove
