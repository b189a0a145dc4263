#include "core/worker_pool.hpp"

#include <algorithm>
#include <system_error>
#include <thread>

#include "core/cpu_meter.hpp"

namespace grove {

namespace {

constexpr int pauses = 2000;  // some 50 microseconds
constexpr int yields = 200;   // more, where no other thread wants the processor

thread_local bool is_inside_loop = false;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/// Looks until `done`, or for a while: first without a break, then whenever no other thread wants
/// the processor.
template <class Done>
void look_for(const Done& done) {
  for (int i = 0; i < pauses; ++i) {
    if (done()) return;
    pause();
  }
  for (int i = 0; i < yields && !done(); ++i) std::this_thread::yield();
}

/// Held for moments only: worth a few looks before a thread goes to sleep over it.
void lock_soon(std::unique_lock<std::mutex>& lock) {
  for (int i = 0; i < 100; ++i) {
    if (lock.try_lock()) return;
    pause();
  }
  lock.lock();
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
    std::unique_lock lock(mutex_, std::defer_lock);
    lock_soon(lock);
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
  lock_soon(lock);
  // Last, for the loop may be gone after it.
  if (loop.working_.fetch_sub(1, std::memory_order_release) == 1) left_.notify_all();
}

void WorkerPool::wait_for_loop(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t seen = n_posted_.load(std::memory_order_relaxed);
  lock.unlock();
  const auto is_posted = [&] { return n_posted_.load(std::memory_order_relaxed) != seen; };
  look_for(is_posted);
  lock_soon(lock);
  posted_.wait(lock, is_posted);
}

void WorkerPool::close(Loop& loop) {
  {
    std::unique_lock lock(mutex_, std::defer_lock);
    lock_soon(lock);
    loops_.erase(std::find(loops_.begin(), loops_.end(), &loop));
  }
  const auto all_left = [&] { return loop.working_.load(std::memory_order_acquire) == 0; };
  if (all_left()) return;
  const CpuPause waiting;
  look_for(all_left);
  if (all_left()) return;
  std::unique_lock lock(mutex_);
  left_.wait(lock, all_left);
}

}  // namespace grove
