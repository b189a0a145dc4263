#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// The threads that help with loops, shared by the whole process. A helper joins a loop when it
/// gets to it; the caller works too, and in the end waits only for helpers that have joined. So a
/// helper that the system has put aside costs nothing, where the barrier of an OpenMP region waits
/// for it (docs/decisions.md). Helpers look for the next loop for a while before they sleep, and
/// let other threads go first.
class WorkerPool {
 public:
  /// What is to be done: run() takes blocks until none is left, and may be called by several
  /// threads at once.
  class Loop {
   public:
    virtual void run() = 0;
    virtual bool has_blocks() const = 0;

   protected:
    ~Loop() = default;

   private:
    friend class WorkerPool;
    int seats_ = 0;                // helpers that may still join
    std::atomic<int> working_{0};  // helpers that have joined and not left
  };

  /// Made at the first loop that wants help, never destroyed: its threads sleep until the process
  /// ends.
  static WorkerPool& shared();
  /// Whether the calling thread is inside a loop's run().
  static bool inside_loop();

  /// Runs the loop on the caller and up to `n_helpers` threads more. Threads that cannot be started
  /// are done without.
  void run(Loop& loop, int n_helpers);

 private:
  void post(Loop& loop, int n_helpers);
  void start_workers();
  void work();
  Loop* next_loop() const;
  void help(Loop& loop, std::unique_lock<std::mutex>& lock);
  void wait_for_loop(std::unique_lock<std::mutex>& lock);
  void close(Loop& loop);

  std::mutex mutex_;
  std::condition_variable posted_, left_;
  std::vector<Loop*> loops_;  // that helpers may join
  int n_workers_ = 0;
  std::atomic<std::uint64_t> n_posted_{0};
};

}  // namespace grove
