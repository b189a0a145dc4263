#include "core/worker_pool.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

namespace grove {

namespace {

constexpr int looks_before_sleep = 1000;

thread_local bool is_inside_loop = false;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// A loop of one's own inside a loop runs on its thread alone.
class InsideLoop {
 public:
  InsideLoop() { is_inside_loop = true; }
  ~InsideLoop() { is_inside_loop = false; }
  InsideLoop(const InsideLoop&) = delete;
  InsideLoop& operator=(const InsideLoop&) = delete;
};

}  // namespace

WorkerPool& WorkerPool::shared() {
  static WorkerPool* const pool = new WorkerPool;
  return *pool;
}

bool WorkerPool::inside_loop() { return is_inside_loop; }

void WorkerPool::run(Loop& loop, int n_helpers) {
  post(loop, n_helpers);
  {
    const InsideLoop inside;
    loop.run();
  }
  close(loop);
}

void WorkerPool::post(Loop& loop, int n_helpers) {
  {
    const std::scoped_lock lock(mutex_);
    loops_.push_back(&loop);
    loop.seats_ = n_helpers;
    start_workers();
    n_posted_.fetch_add(1, std::memory_order_relaxed);
  }
  if (n_helpers == 1)
    posted_.notify_one();
  else
    posted_.notify_all();
}

/// Enough for the free seats of all loops, but no more than the machine has or one loop asks for.
void WorkerPool::start_workers() {
  int seats = 0, most = static_cast<int>(std::thread::hardware_concurrency()) - 1;
  for (const Loop* loop : loops_) {
    seats += loop->seats_;
    most = std::max(most, loop->seats_);
  }
  try {
    for (; n_workers_ < std::min(seats, most); ++n_workers_)
      std::thread([this] { work(); }).detach();
  } catch (const std::system_error&) {
    return;
  }
}

void WorkerPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (Loop* loop = next_loop())
      help(*loop, lock);
    else
      wait_for_loop(lock);
  }
}

WorkerPool::Loop* WorkerPool::next_loop() const {
  for (Loop* loop : loops_)
    if (loop->seats_ > 0 && loop->has_blocks()) return loop;
  return nullptr;
}

void WorkerPool::help(Loop& loop, std::unique_lock<std::mutex>& lock) {
  --loop.seats_;
  loop.working_.fetch_add(1, std::memory_order_relaxed);
  lock.unlock();
  {
    const InsideLoop inside;
    loop.run();
  }
  lock.lock();
  // Last, for the loop may be gone after it.
  if (loop.working_.fetch_sub(1, std::memory_order_release) == 1) left_.notify_all();
}

void WorkerPool::wait_for_loop(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t seen = n_posted_.load(std::memory_order_relaxed);
  lock.unlock();
  for (int i = 0; i < looks_before_sleep && n_posted_.load(std::memory_order_relaxed) == seen; ++i)
    pause();
  lock.lock();
  posted_.wait(lock, [&] { return n_posted_.load(std::memory_order_relaxed) != seen; });
}

void WorkerPool::close(Loop& loop) {
  {
    const std::scoped_lock lock(mutex_);
    loops_.erase(std::find(loops_.begin(), loops_.end(), &loop));
  }
  const auto all_left = [&] { return loop.working_.load(std::memory_order_acquire) == 0; };
  for (int i = 0; i < looks_before_sleep && !all_left(); ++i) pause();
  if (all_left()) return;
  std::unique_lock lock(mutex_);
  left_.wait(lock, all_left);
}

}  // namespace grove
