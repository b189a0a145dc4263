#pragma once

#include <algorithm>
#include <atomic>

namespace grove {

/// Threads that are idle at the moment, shared by all tasks of one `parallel_tasks`.
class ThreadBudget {
 public:
  ThreadBudget(int idle, int tasks) : idle_(idle), tasks_(tasks) {}

  /// How many tasks run at the same time.
  int tasks() const { return tasks_; }

  /// Takes up to `wanted` idle threads and says how many it got.
  int take(int wanted) {
    int idle = idle_.load(std::memory_order_relaxed);
    while (true) {
      const int granted = std::min(wanted, idle);
      if (granted <= 0) return 0;
      if (idle_.compare_exchange_weak(idle, idle - granted, std::memory_order_relaxed))
        return granted;
    }
  }
  void give_back(int n) { idle_.fetch_add(n, std::memory_order_relaxed); }

 private:
  std::atomic<int> idle_;
  int tasks_;
};

}  // namespace grove
