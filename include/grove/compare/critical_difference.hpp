#pragma once

#include <string>
#include <vector>

#include "grove/compare/score_comparison.hpp"

namespace grove {

/// What a critical-difference diagram shows: the contenders on an axis of average ranks, and bars
/// over those whose ranks lie too close to call them different. Source: Demsar, "Statistical
/// comparisons of classifiers over multiple data sets", JMLR 7 (2006), figure 1.
struct CriticalDifference {
  std::vector<std::string> contenders;
  Vector average_ranks;  // 1 = best
  Index n_datasets = 0;
  double alpha = 0.05;
  double critical_difference = 0;
  /// Maximal groups, best first, that lie closer than the critical difference. Empty with a
  /// control.
  std::vector<std::vector<Index>> groups;
  /// Position of the contender that the others are compared with (Bonferroni-Dunn), or -1 for all
  /// pairs (Nemenyi).
  Index control = -1;
};

/// Nemenyi's for all pairs, Bonferroni-Dunn's with a control. Throws InvalidParameter for fewer
/// than 2 contenders, no data set, alpha outside (0, 1) or a control out of range, and InvalidData
/// for a number of names or ranks that differs and for ranks that are NaN or outside [1, k].
CriticalDifference critical_difference(std::vector<std::string> contenders, Vector average_ranks,
                                       Index n_datasets, double alpha = 0.05, Index control = -1);

/// Of a table of scores on independent data sets. Throws InvalidParameter for the folds of one.
CriticalDifference critical_difference(const ScoreComparison& comparison);

/// True where even the largest possible distance of two average ranks is no more than the critical
/// difference: no diagram with so few data sets can tell anything apart.
bool too_few_datasets(const CriticalDifference& diagram);

/// The diagram as an SVG file of its own, in light and dark, with a text for screen readers.
std::string to_svg(const CriticalDifference& diagram);

/// One page that needs no network: the conclusion, the diagram if there is one, ranks, all tests,
/// the scores; everything as CSV.
std::string to_html(const ScoreComparison& comparison, const Context& context = {});

}  // namespace grove
