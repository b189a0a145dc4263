#include "grove/core/parallel.hpp"

#include <omp.h>

#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#include "core/text.hpp"
#include "core/thread_budget.hpp"
#include "grove/core/error.hpp"

namespace grove {

int n_threads(const Context& context) {
  if (context.threads < 0)
    throw InvalidParameter(concat("threads must be >= 0, got ", context.threads),
                           "0 stands for all threads that the process may use");
  return context.threads > 0 ? context.threads : std::max(1, omp_get_max_threads());
}

namespace detail {
namespace {

/// Keeps the exception of the lowest block, whichever thread met it first.
class FirstFailure {
 public:
  bool after_failure(Index block) const { return block > first_.load(std::memory_order_relaxed); }
  void record(Index block, std::exception_ptr error) {
    const std::scoped_lock lock(mutex_);
    if (block < first_.load(std::memory_order_relaxed)) {
      first_.store(block, std::memory_order_relaxed);
      error_ = std::move(error);
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic<Index> first_{std::numeric_limits<Index>::max()};
  std::mutex mutex_;
  std::exception_ptr error_;
};

/// Takes the next block until none is left. Blocks are taken in order, so every block below a
/// failed one has been taken before it and will run to its end.
template <class Run>
void work_off(std::atomic<Index>& next, Index n, FirstFailure& failure, const Run& run) {
  while (true) {
    const Index block = next.fetch_add(1, std::memory_order_relaxed);
    if (block >= n || failure.after_failure(block)) return;
    try {
      run(block);
    } catch (...) {
      failure.record(block, std::current_exception());
    }
  }
}

}  // namespace

void run_blocks(const Context& context, Index n_blocks, BlockFunction call, void* body) {
  if (n_blocks <= 0) return;
  int threads = n_threads(context);
  if (threads > n_blocks) threads = static_cast<int>(n_blocks);
  ThreadBudget* budget = context.budget.get();
  int borrowed = 0;
  if (budget != nullptr && threads > 1) {
    borrowed = budget->take(threads - 1);
    threads = 1 + borrowed;
  }
  if (threads == 1 || omp_in_parallel() != 0) {
    if (borrowed > 0) budget->give_back(borrowed);
    for (Index block = 0; block < n_blocks; ++block) call(body, block);
    return;
  }
  std::atomic<Index> next{0};
  FirstFailure failure;
#pragma omp parallel num_threads(threads)
  work_off(next, n_blocks, failure, [&](Index block) { call(body, block); });
  if (borrowed > 0) budget->give_back(borrowed);
  failure.rethrow();
}

void run_tasks(const Context& context, Index n_tasks, TaskFunction call, void* body) {
  if (n_tasks <= 0) return;
  const int threads = n_threads(context);
  const bool alone = threads == 1 || n_tasks == 1 || context.budget != nullptr;
  if (alone || omp_in_parallel() != 0) {
    for (Index task = 0; task < n_tasks; ++task) call(body, task, context);
    return;
  }
  const int workers = static_cast<int>(std::min<Index>(threads, n_tasks));
  Context inner = context;
  inner.threads = threads;
  inner.budget = std::make_shared<ThreadBudget>(threads - workers);
  std::atomic<Index> next{0};
  FirstFailure failure;
  // Threads of their own, not an OpenMP team: each keeps a pool for the loops inside its task, and
  // a worker that runs out of tasks leaves its thread to the others.
  const auto worker = [&] {
    work_off(next, n_tasks, failure, [&](Index task) { call(body, task, inner); });
    inner.budget->give_back(1);
  };
  std::vector<std::thread> pool;
  pool.reserve(static_cast<std::size_t>(workers - 1));
  for (int i = 1; i < workers; ++i) pool.emplace_back(worker);
  worker();
  for (std::thread& thread : pool) thread.join();
  failure.rethrow();
}

}  // namespace detail
}  // namespace grove
