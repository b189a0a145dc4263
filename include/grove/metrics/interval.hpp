#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

// Confidence intervals for one metric on one test set. They say how far the number would move on
// other rows of the same kind; to compare two models use compare/.

namespace grove::metrics {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Interval of a share of `successes` out of `n` independent trials, as of an accuracy (Wilson
/// 1927). Stays within [0, 1] and holds at small n. Throws InvalidParameter unless
/// 0 <= successes <= n, n >= 1 and 0 < confidence < 1.
Interval wilson_interval(double successes, double n, double confidence = 0.95);

struct BootstrapOptions {
  int n_resamples = 1000;
  double confidence = 0.95;
  std::uint64_t seed = 0;
};

/// Percentile interval of statistic(rows), where `rows` are n row numbers drawn with replacement
/// (Efron 1979). `statistic` may be called from several threads at a time; resample i uses
/// Rng(seed).split(i), so the result does not depend on their number. Throws InvalidData if the
/// statistic is NaN on a resample. Time: n_resamples calls.
Interval bootstrap_interval(Index n,
                            const std::function<double(const std::vector<Index>&)>& statistic,
                            const BootstrapOptions& options = {}, const Context& context = {});

/// x such that a standard normal variable is below it with probability p, 0 < p < 1.
double normal_quantile(double p);

}  // namespace grove::metrics
