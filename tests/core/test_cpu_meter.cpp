#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <numeric>
#include <thread>

#include "core/cpu_meter.hpp"
#include "grove/core/parallel.hpp"

using namespace grove;

namespace {

/// Keeps the processor busy for `seconds` of the calling thread's own time.
void work_for(double seconds) {
  const std::int64_t end = thread_nanoseconds() + static_cast<std::int64_t>(1e9 * seconds);
  while (thread_nanoseconds() < end) {
  }
}

double process_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

TEST_CASE("CpuMeter counts what helpers do, for any number of threads, and no sleep") {
  for (const int threads : {1, 2, 3}) {
    const CpuMeter meter;
    parallel_for({.threads = threads}, 12, 1, [](Index, Index) { work_for(0.005); });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(meter.seconds() > 0.0599);
    CHECK(meter.seconds() < 0.075);
  }
}

TEST_CASE("Meters of tasks that run at once do not see each other's work") {
  for (const int threads : {1, 2, 4}) {
    std::vector<double> seconds(6);
    const CpuMeter outer;
    const double before = process_seconds();
    parallel_tasks({.threads = threads}, 6, [&](Index task, const Context& inner) {
      const CpuMeter meter;
      parallel_for(inner, task + 1, 1, [](Index, Index) { work_for(0.01); });
      seconds[static_cast<std::size_t>(task)] = meter.seconds();
    });
    const double all = outer.seconds();
    const double process = process_seconds() - before;
    for (std::size_t task = 0; task < 6; ++task) {
      INFO(threads << " threads, task " << task);
      CHECK(seconds[task] > 0.0099 * static_cast<double>(task + 1));
      CHECK(seconds[task] < 0.0101 * static_cast<double>(task + 1) + 0.005);
    }
    const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    CHECK(all >= sum);
    CHECK(all < sum + 0.01);
    CHECK(sum < process + 0.001);
  }
}

TEST_CASE("Meters nest, and take what others say that they spent") {
  const CpuMeter outer;
  {
    const CpuMeter inner;
    CHECK(CpuMeter::current() == &inner);
    CpuMeter::add_to_current(2'000'000'000);
    CHECK(inner.seconds() > 2);
    CHECK(inner.seconds() < 2.1);
  }
  CHECK(CpuMeter::current() == &outer);
  CHECK(outer.seconds() > 2);
  std::atomic<bool> all_outer = true;
  parallel_for({.threads = 2}, 2, 1, [&](Index, Index) {
    if (CpuMeter::current() != &outer) all_outer = false;
  });
  CHECK(all_outer);
  bool none = false;
  std::thread([&] { none = CpuMeter::current() == nullptr; }).join();
  CHECK(none);
}
