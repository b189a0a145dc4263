#pragma once

#include <cstdint>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

// What may be believed about a difference "first minus second", with a region of practical
// equivalence [-rope, rope]. Source: Benavoli, Corani, Demsar & Zaffalon, "Time for a change: a
// tutorial for comparing multiple classifiers through Bayesian analysis", JMLR 18 (2017). Both
// throw InvalidData for a difference that is NaN or infinite and InvalidParameter for a negative
// rope.

namespace grove::statistics {

struct Posterior {
  double second_better = 0;  // the difference is below -rope
  double equivalent = 0;
  double first_better = 0;  // the difference is above rope
};

/// Correlated t test for the folds of a (repeated) cross-validation on ONE data set: the posterior
/// of the mean difference is Student's with n - 1 degrees of freedom, the mean of the differences,
/// and the variance of corrected_resampled_t. `test_train_ratio` is n_test / n_train, 1 / (k - 1)
/// for k folds. No spread: all belief goes to where the mean lies. Needs 2 differences. With rope 0
/// `second_better` is the one-sided p-value of corrected_resampled_t. Source: Corani & Benavoli,
/// "A Bayesian approach for comparing cross-validated algorithms on multiple data sets", Machine
/// Learning 100 (2015).
Posterior bayesian_correlated_t(const Vector& differences, double test_train_ratio, double rope);

struct BayesianSignedRankOptions {
  double rope = 0;
  /// Weight of the prior's one pseudo-difference, which is 0. Must be > 0.
  double prior_strength = 0.5;
  Index n_draws = 50000;
  std::uint64_t seed = 0;
};

/// Signed-rank test over data sets (one difference each) under a Dirichlet process prior: the share
/// of `n_draws` posterior draws in which most of the pairs' mean differences lie below, in or above
/// the rope. Equal largest shares count as equivalent. The Monte Carlo error is at most
/// 0.5 / sqrt(n_draws). The same bits for any number of threads. At least 1 difference.
/// O(n_draws * n). Source: Benavoli et al., "A Bayesian Wilcoxon signed-rank test based on the
/// Dirichlet process", ICML 2014. Throws Cancelled if the context is stopped.
Posterior bayesian_signed_rank(const Vector& differences,
                               const BayesianSignedRankOptions& options = {},
                               const Context& context = {});

}  // namespace grove::statistics
