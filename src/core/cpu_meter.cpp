#include "core/cpu_meter.hpp"

#include <ctime>

namespace grove {

namespace {

thread_local CpuMeter* innermost = nullptr;

}  // namespace

std::int64_t thread_nanoseconds() {
  timespec now{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) != 0) return 0;
  return std::int64_t{1'000'000'000} * now.tv_sec + now.tv_nsec;
}

CpuMeter::CpuMeter() : outer_(innermost), start_(thread_nanoseconds()) { innermost = this; }

CpuMeter::~CpuMeter() { innermost = outer_; }

double CpuMeter::seconds() const {
  return 1e-9 * static_cast<double>(thread_nanoseconds() - start_ +
                                    others_.load(std::memory_order_relaxed));
}

CpuMeter* CpuMeter::current() { return innermost; }

void CpuMeter::add_to_current(std::int64_t nanoseconds) {
  if (innermost != nullptr) innermost->add(nanoseconds);
}

void CpuMeter::add(std::int64_t nanoseconds) {
  for (CpuMeter* meter = this; meter != nullptr; meter = meter->outer_)
    meter->others_.fetch_add(nanoseconds, std::memory_order_relaxed);
}

CpuShare::CpuShare(CpuMeter* meter) : meter_(meter == innermost ? nullptr : meter) {
  if (meter_ == nullptr) return;
  innermost = meter_;
  start_ = thread_nanoseconds();
}

CpuShare::~CpuShare() {
  if (meter_ == nullptr) return;
  meter_->add(thread_nanoseconds() - start_);
  innermost = nullptr;
}

}  // namespace grove
