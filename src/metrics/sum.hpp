#pragma once

#include <algorithm>

#include "grove/core/types.hpp"
#include "metrics/checks.hpp"

namespace grove::metrics {

/// term(0) + ... + term(n-1), pairwise above blocks of 128: an error of O(log n) roundings, and one
/// order of addition whatever the processor.
template <class Term>
double sum_of(Index begin, Index end, Term&& term) {
  constexpr Index block = 128;
  if (end - begin <= block) {
    double total = 0;
    for (Index i = begin; i < end; ++i) total += term(i);
    return total;
  }
  const Index blocks = (end - begin + block - 1) / block;
  const Index middle = begin + blocks / 2 * block;
  const double left = sum_of(begin, middle, term);
  return left + sum_of(middle, end, term);
}

inline double total_weight(const SampleWeights& weights, Index n) {
  if (!weights.given()) return static_cast<double>(n);
  const double* w = weights.data();
  return sum_of(0, n, [w](Index i) { return w[i]; });
}

/// The weighted mean of term(i) over n rows.
template <class Term>
double mean_of(const SampleWeights& weights, Index n, Term&& term) {
  if (!weights.given()) return sum_of(0, n, term) / static_cast<double>(n);
  const double* w = weights.data();
  return sum_of(0, n, [&term, w](Index i) { return w[i] * term(i); }) / total_weight(weights, n);
}

}  // namespace grove::metrics
