// Cross-validation with one thread budget against nestings made by hand: folds side by side on one
// thread each, and one fold after the other on all threads. The scores must be the same.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <grove/grove.hpp>
#include <thread>

using namespace grove;

namespace {

double seconds_of(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double score_of(const Estimator& model, const Dataset& data, const Split& split, int threads) {
  Estimator fresh = model.unfitted();
  const Context context{.threads = threads};
  fresh.fit(data.take(split.train), context);
  const Dataset test = data.take(split.test);
  return metrics::accuracy(test.labels(), fresh.predict(test, context));
}

/// `workers` folds at once, each with `threads` threads.
std::vector<double> by_hand(const Estimator& model, const Dataset& data,
                            const std::vector<Split>& splits, int workers, int threads) {
  std::vector<double> scores(splits.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> pool;
  for (int w = 0; w < workers; ++w)
    pool.emplace_back([&] {
      for (std::size_t i = next++; i < splits.size(); i = next++)
        scores[i] = score_of(model, data, splits[i], threads);
    });
  for (std::thread& worker : pool) worker.join();
  return scores;
}

void measure(const Estimator& model, const Dataset& data, int threads) {
  const Splitter splitter = StratifiedKFold{.n_splits = 5, .shuffle = true};
  const std::vector<Split> splits = splitter.split(data);
  double grove = 1e300;
  double outer = 1e300;
  double inner = 1e300;
  for (int round = 0; round < 5; ++round) {
    Vector scores;
    std::vector<double> hand;
    grove = std::min(
        grove, seconds_of([&] {
          const CrossValidateOptions options{.cv = splitter, .metrics = {"accuracy"}};
          scores = cross_validate(model, data, options, {.threads = threads}).scores("accuracy");
        }));
    outer = std::min(outer, seconds_of([&] { hand = by_hand(model, data, splits, threads, 1); }));
    inner = std::min(inner, seconds_of([&] { hand = by_hand(model, data, splits, 1, threads); }));
    if (!std::equal(hand.begin(), hand.end(), scores.begin())) throw Error("the scores differ");
  }
  std::printf(
      "%-32s %-20s %d threads: grove %.3f s, folds side by side %.3f s, folds in turn %.3f s; "
      "grove / best %.3f\n",
      model.expression().c_str(), data.name().c_str(), threads, grove, outer, inner,
      grove / std::min(outer, inner));
}

}  // namespace

int main() {
  const int threads = static_cast<int>(std::max(2U, std::thread::hardware_concurrency()));
  measure(GradientBoostingClassifier(), datasets::load("credit_data"), threads);
  measure(GradientBoostingClassifier({.n_estimators = 20}), datasets::load("letter_recognition"),
          threads);
  measure(KNeighborsClassifier(), datasets::load("letter_recognition"), threads);
  measure(LogisticRegression(), datasets::load("vehicle"), threads);
}
