#pragma once

#include <cstdint>

#include "grove/estimator/estimator.hpp"

namespace grove {

struct StabilityOptions {
  int n_pairs = 10;
  /// Share of the rows in each sample, in (0.5, 1), so that two samples share rows.
  double fraction = 0.8;
  std::uint64_t seed = 0;
};

struct Stability {
  /// Adjusted Rand index of each pair on the rows that both samples hold.
  Vector agreements;
  double mean() const;
  /// Sample standard deviation; 0 for one pair.
  double std() const;
};

/// Whether a clusterer finds the same groups in other samples of the data: fits pairs of samples
/// drawn without replacement and compares the labels of the rows that are in both (Ben-Hur,
/// Elisseeff and Guyon 2002). Noise counts as one more group. 1 = always the same; a method that
/// puts all rows into one cluster is perfectly stable, so read it beside other measures. Fits
/// 2 * n_pairs models; the same bits for any number of threads.
///
/// Throws InvalidParameter for options out of range or an estimator that is no clusterer,
/// InvalidData for fewer than 10 rows, and what a fit throws.
Stability cluster_stability(const Estimator& clusterer, const Dataset& data,
                            const StabilityOptions& options = {}, const Context& context = {});

}  // namespace grove
