#include "grove/core/parallel.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/cpu_meter.hpp"
#include "core/text.hpp"
#include "core/thread_budget.hpp"
#include "core/worker_pool.hpp"
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

/// Blocks or tasks, taken in order, so every one below a failed one has been taken before it and
/// runs to its end.
template <class Run>
class Blocks final : public WorkerPool::Loop {
 public:
  Blocks(Index n, Run run_block) : n_(n), run_block_(std::move(run_block)) {}

  /// Takes the next block until none is left.
  void run() override {
    const CpuShare share(meter_);
    while (run_next()) {
    }
  }
  /// False if none is left.
  bool run_next() {
    const Index block = next_.fetch_add(1, std::memory_order_relaxed);
    if (block >= n_ || failure_.after_failure(block)) return false;
    try {
      run_block_(block);
    } catch (...) {
      failure_.record(block, std::current_exception());
    }
    return true;
  }
  bool has_blocks() const override { return next_.load(std::memory_order_relaxed) < n_; }
  void rethrow() const { failure_.rethrow(); }

 private:
  Index n_;
  Run run_block_;
  CpuMeter* meter_ = CpuMeter::current();  // of the thread whose blocks they are
  std::atomic<Index> next_{0};
  FirstFailure failure_;
};

/// Inside a loop, grove's own or a caller's OpenMP region, the threads are taken.
bool inside_loop() { return WorkerPool::inside_loop() || omp_in_parallel() != 0; }

}  // namespace

void run_blocks(const Context& context, Index n_blocks, BlockFunction call, void* body) {
  if (n_blocks <= 0) return;
  const auto wanted = static_cast<int>(std::min<Index>(n_threads(context), n_blocks)) - 1;
  ThreadBudget* budget = context.budget.get();
  const int helpers = wanted <= 0 || inside_loop() ? 0
                      : budget != nullptr          ? budget->take(wanted)
                                                   : wanted;
  if (helpers == 0) {
    for (Index block = 0; block < n_blocks; ++block) call(body, block);
    return;
  }
  Blocks blocks(n_blocks, [&](Index block) { call(body, block); });
  WorkerPool::shared().run(blocks, helpers);
  if (budget != nullptr) budget->give_back(helpers);
  blocks.rethrow();
}

namespace {

/// False if the system has no thread left: the tasks then run on those that there are.
template <class Work>
bool start(std::vector<std::thread>& threads, const Work& work) {
  try {
    threads.emplace_back(work);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

/// Tasks within a task: they begin on its thread, and are joined by each thread that falls idle.
void run_inner_tasks(const Context& context, Index n_tasks, TaskFunction call, void* body) {
  Blocks tasks(n_tasks, [&](Index task) { call(body, task, context); });
  const auto most = static_cast<std::size_t>(std::min<Index>(n_threads(context), n_tasks)) - 1;
  std::vector<std::thread> helpers;
  helpers.reserve(most);
  do {
    while (helpers.size() < most && tasks.has_blocks() && context.budget->take(1) == 1)
      if (!start(helpers, [&] {
            tasks.run();
            context.budget->give_back(1);
          })) {
        context.budget->give_back(1);
        break;
      }
  } while (tasks.run_next());
  for (std::thread& helper : helpers) helper.join();
  tasks.rethrow();
}

}  // namespace

void run_tasks(const Context& context, Index n_tasks, TaskFunction call, void* body) {
  if (n_tasks <= 0) return;
  const int threads = n_threads(context);
  if (threads == 1 || n_tasks == 1 || inside_loop()) {
    for (Index task = 0; task < n_tasks; ++task) call(body, task, context);
    return;
  }
  if (context.budget != nullptr) return run_inner_tasks(context, n_tasks, call, body);
  const int workers = static_cast<int>(std::min<Index>(threads, n_tasks));
  Context inner = context;
  inner.threads = threads;
  inner.budget = std::make_shared<ThreadBudget>(threads - workers, workers);
  Blocks tasks(n_tasks, [&](Index task) { call(body, task, inner); });
  // Threads of their own, so that the loops inside may use the pool; a worker that runs out of
  // tasks leaves its thread to the others.
  const auto worker = [&] {
    tasks.run();
    inner.budget->give_back(1);
  };
  std::vector<std::thread> pool;
  pool.reserve(static_cast<std::size_t>(workers - 1));
  for (int i = 1; i < workers; ++i)
    if (!start(pool, worker)) inner.budget->give_back(1);
  worker();
  for (std::thread& thread : pool) thread.join();
  tasks.rethrow();
}

}  // namespace detail
}  // namespace grove
