#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "grove/core/ledger.hpp"

namespace grove {

class ThreadBudget;

/// One step of a long computation: `done` of `total` units of `what` ("folds", "trees", ...).
struct Progress {
  std::string_view what;
  std::int64_t done = 0;
  std::int64_t total = 0;
};

/// How a fit or predict runs, as opposed to what it computes: nothing here changes a result.
/// The second argument of `fit` and `predict`, as in `model.fit(data, {.threads = 2})`.
struct Context {
  /// Threads to use at most; 0 = all that OMP_NUM_THREADS and the process's affinity allow.
  int threads = 0;
  /// Receives one line of text at a time. May be called from any thread, one call at a time.
  std::function<void(const std::string&)> log = {};
  /// Receives progress. May be called from any thread, one call at a time.
  std::function<void(const Progress&)> progress = {};
  /// When stop is requested, fits and predicts throw `Cancelled` at their next block or iteration.
  std::stop_token stop = {};
  /// Work is added here when set; the caller keeps it alive.
  Ledger* ledger = nullptr;
  /// Threads shared with other tasks that run at the same time; set by `parallel_tasks`.
  std::shared_ptr<ThreadBudget> budget = {};

  /// Adds to the ledger, if there is one.
  void count(std::string_view counter, std::uint64_t n) const {
    if (ledger != nullptr) ledger->add(counter, n);
  }
  /// Throws `Cancelled` naming `who` if stop was requested.
  void check_stop(std::string_view who) const;
};

/// The number of threads that `context` stands for, at least 1.
/// Throws InvalidParameter if `context.threads` is negative.
int n_threads(const Context& context);

}  // namespace grove
