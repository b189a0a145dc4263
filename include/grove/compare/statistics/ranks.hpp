#pragma once

#include <vector>

#include "grove/compare/statistics/paired.hpp"

// Tests of several contenders on several data sets. `scores` is data sets x contenders. The data
// sets must be independent of each other: folds of one data set are not. All throw InvalidData for
// fewer than 2 contenders, no data set, or a score that is NaN or infinite.

namespace grove::statistics {

/// Rank of each value, the smallest first from 1; equal ones (within `tolerance` of the next) share
/// their mean rank.
Vector ranks_of(const VectorView& values, double tolerance = 0);

/// Each row's contenders ranked, 1 = best; equal scores share their mean rank.
Matrix score_ranks(const MatrixView& scores, bool higher_is_better);

/// Mean over the data sets.
Vector average_ranks(const MatrixView& scores, bool higher_is_better);

/// Friedman's test that all contenders rank alike, by the chi-square distribution with k - 1
/// degrees of freedom. With `tie_correction` it is friedman.test of R and friedmanchisquare of
/// scipy; without, the statistic as Demsar (2006) prints it. All scores of every row equal:
/// statistic 0, p 1. The direction of the scores does not matter. Source: Friedman, "The use of
/// ranks to avoid the assumption of normality", JASA 32 (1937); Conover, "Practical nonparametric
/// statistics", 1999 (ties).
TestResult friedman(const MatrixView& scores, bool tie_correction = true);

/// F = (n - 1) chi2 / (n (k - 1) - chi2) of Friedman's chi2: less conservative. F(k - 1,
/// (k - 1)(n - 1)). All rows in the same order: inf, p 0. Needs 2 data sets. With `tie_correction`
/// it is the F of a two-way analysis of variance of the ranks. Source: Iman & Davenport,
/// "Approximations of the critical region of the Friedman statistic", Comm. Statist. A9 (1980).
TestResult iman_davenport(const MatrixView& scores, bool tie_correction = true);

/// Quade's test: Friedman's with data sets weighted by the rank of the range of their scores, for
/// scores that mean the same on all data sets. F(k - 1, (k - 1)(n - 1)); quade.test of R. All rows
/// in the same order: inf, p = (1/k!)^(n-1); all equal: statistic 0, p 1. Ranges closer than
/// `tie_tolerance` are tied. Needs 2 data sets. Source: Quade, "Using weighted rankings in the
/// analysis of complete blocks with additive block effects", JASA 74 (1979).
TestResult quade(const MatrixView& scores, double tie_tolerance = 0);

/// Nemenyi's critical difference: average ranks of `n_contenders` over `n_datasets` that lie at
/// least so far apart differ at level alpha, for all pairs at once. Source: Nemenyi,
/// "Distribution-free multiple comparisons", thesis, Princeton 1963; Demsar (2006). Throws
/// InvalidParameter for n_contenders < 2, n_datasets < 1 or alpha outside (0, 1).
double nemenyi_critical_difference(double alpha, Index n_contenders, Index n_datasets);

/// p-values of all pairs, adjusted by the test itself (k x k, diagonal 1).
Matrix nemenyi(const VectorView& average_ranks, Index n_datasets);

/// The same for one contender, the control, against each other one. Source: Dunn, "Multiple
/// comparisons among means", JASA 56 (1961); Demsar (2006).
double bonferroni_dunn_critical_difference(double alpha, Index n_contenders, Index n_datasets);

/// p-value of each contender against the control, times k - 1 (1 for the control itself). Throws
/// InvalidParameter for a control out of range.
Vector bonferroni_dunn(const VectorView& average_ranks, Index n_datasets, Index control);

/// Two-sided p-value of each pair's z = (R_i - R_j) / sqrt(k (k + 1) / (6 n)), not adjusted: what
/// Holm's and Hochberg's procedures take after Friedman's test (k x k, diagonal 1).
Matrix rank_difference_p_values(const VectorView& average_ranks, Index n_datasets);

/// Maximal groups of contenders, best first, in which no two average ranks lie
/// `critical_difference` or more apart: the bars of a critical-difference diagram. Single ones are
/// left out.
std::vector<std::vector<Index>> rank_groups(const VectorView& average_ranks,
                                            double critical_difference);

}  // namespace grove::statistics
