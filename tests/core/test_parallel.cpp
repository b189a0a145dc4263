#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

using namespace grove;

TEST_CASE("parallel_for covers every index once, for any number of threads") {
  for (const int threads : {1, 2, 3, 7}) {
    for (const Index n : {0, 1, 63, 64, 65, 1000}) {
      std::vector<std::atomic<int>> hits(static_cast<std::size_t>(n));
      parallel_for({.threads = threads}, n, 64, [&](Index begin, Index end) {
        CHECK(end - begin <= 64);
        for (Index i = begin; i < end; ++i) ++hits[static_cast<std::size_t>(i)];
      });
      for (const auto& hit : hits) CHECK(hit == 1);
    }
  }
}

TEST_CASE("parallel_reduce gives the same bits for any number of threads") {
  const auto sum_with = [](int threads) {
    return parallel_reduce(
        {.threads = threads}, Index{100003}, Index{1000}, 0.0,
        [](Index begin, Index end) {
          double sum = 0;
          for (Index i = begin; i < end; ++i) sum += 1.0 / static_cast<double>(i + 1);
          return sum;
        },
        [](double& total, double part) { total += part; });
  };
  const double one = sum_with(1);
  CHECK(one == Approx(12.090176).epsilon(1e-6));
  for (const int threads : {2, 3, 4, 8}) CHECK(sum_with(threads) == one);
}

TEST_CASE("The exception of the lowest block comes out, for any number of threads") {
  for (const int threads : {1, 2, 5}) {
    std::string message;
    try {
      parallel_for({.threads = threads}, 1000, 10, [](Index begin, Index) {
        if (begin >= 300) throw std::runtime_error("block at " + std::to_string(begin));
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    CHECK(message == "block at 300");
  }
}

TEST_CASE("parallel_tasks runs every task and shares its threads with the loops inside") {
  for (const int threads : {1, 2, 4}) {
    std::vector<double> sums(5);
    parallel_tasks({.threads = threads}, 5, [&](Index task, const Context& inner) {
      sums[static_cast<std::size_t>(task)] = parallel_reduce(
          inner, Index{10000}, Index{100}, 0.0,
          [&](Index begin, Index end) { return static_cast<double>((end - begin) * (task + 1)); },
          [](double& total, double part) { total += part; });
    });
    for (std::size_t task = 0; task < sums.size(); ++task)
      CHECK(sums[task] == 10000.0 * static_cast<double>(task + 1));
  }
}

TEST_CASE("Tasks within tasks use the threads that are idle, and never more than there are") {
  for (const int threads : {1, 2, 3, 4}) {
    std::atomic<int> running{0}, most{0};
    std::vector<std::atomic<int>> hits(24);
    std::mutex mutex;
    std::set<std::thread::id> seen;
    parallel_tasks({.threads = threads}, 2, [&](Index outer, const Context& context) {
      parallel_tasks(context, 12, [&](Index task, const Context&) {
        const int now = ++running;
        for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        ++hits[static_cast<std::size_t>(12 * outer + task)];
        {
          const std::scoped_lock lock(mutex);
          seen.insert(std::this_thread::get_id());
        }
        --running;
      });
    });
    for (const std::atomic<int>& hit : hits) CHECK(hit == 1);
    CHECK(most <= threads);
    if (threads > 2) CHECK(seen.size() > 2);
  }
  CHECK_THROWS_WITH(
      parallel_tasks({.threads = 4}, 2,
                     [](Index, const Context& context) {
                       parallel_tasks(context, 9, [](Index task, const Context&) {
                         if (task >= 5)
                           throw std::runtime_error("inner task " + std::to_string(task));
                       });
                     }),
      "inner task 5");
}

TEST_CASE("A task that throws ends parallel_tasks with the error of the lowest task") {
  for (const int threads : {1, 2, 4}) {
    CHECK_THROWS_WITH(parallel_tasks({.threads = threads}, 8,
                                     [](Index task, const Context&) {
                                       if (task >= 3)
                                         throw std::runtime_error("task " + std::to_string(task));
                                     }),
                      "task 3");
  }
}

TEST_CASE("Nested loops give the same result") {
  std::vector<Index> sums(20);
  parallel_for({.threads = 3}, 20, 1, [&](Index outer, Index) {
    sums[static_cast<std::size_t>(outer)] = parallel_reduce(
        {.threads = 3}, Index{100}, Index{7}, Index{0},
        [&](Index begin, Index end) { return (end - begin) * outer; },
        [](Index& total, Index part) { total += part; });
  });
  for (std::size_t i = 0; i < sums.size(); ++i) CHECK(sums[i] == static_cast<Index>(100 * i));
}

TEST_CASE("Callers at the same time each get their own answer") {
  std::vector<Index> wrong(4, 0);
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < wrong.size(); ++caller)
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 200; ++round) {
        const Context context{.threads = 1 + (static_cast<int>(caller) + round) % 4};
        const Index sum = parallel_reduce(
            context, Index{500}, Index{3}, Index{0},
            [](Index begin, Index end) { return (begin + end - 1) * (end - begin); },
            [](Index& total, Index part) { total += part; });
        if (sum != 500 * 499) ++wrong[caller];
      }
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(wrong == std::vector<Index>(4, 0));
}

TEST_CASE("Negative threads are refused by name") {
  CHECK_THROWS_WITH(n_threads({.threads = -1}), "threads must be >= 0, got -1");
  CHECK(n_threads({.threads = 3}) == 3);
  CHECK(n_threads({}) >= 1);
}

TEST_CASE("A context counts work and stops") {
  Ledger ledger;
  std::stop_source source;
  const Context context{.stop = source.get_token(), .ledger = &ledger};
  context.count(work::distance_evaluations, 5);
  context.count(work::distance_evaluations, 2);
  ledger.add(WorkCounts{{"mine", 3}});
  CHECK(ledger.counts() == WorkCounts{{"distance_evaluations", 7}, {"mine", 3}});
  CHECK_NOTHROW(context.check_stop("KMeans"));
  source.request_stop();
  CHECK_THROWS_AS(context.check_stop("KMeans"), Cancelled);
}
