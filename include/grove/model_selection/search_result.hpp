#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "grove/core/ledger.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// One set of parameters that a search tried.
struct Trial {
  ParamValues params;
  /// Share of the training rows that the trial's fits saw: 1, or less in halving and hyperband.
  double resource = 1;
  /// Mean and standard deviation over the inner folds; NaN if a fold failed.
  double score = 0;
  double std = 0;
  double seconds = 0;  // of all its fits and predictions
  WorkCounts work;
  std::string error;  // of the first fold that failed
};

/// What a search found, and all that it tried, in the order of asking.
struct SearchResult {
  std::string estimator;  // its expression
  std::string method;     // "random:20"
  std::uint64_t seed = 0;
  SearchSpace space;
  std::string cv;           // the inner splitter's description
  std::string fingerprint;  // of the rows that it searched on
  std::string metric;
  bool greater_is_better = true;
  std::vector<Trial> trials;
  /// Index of the trial that won: best score among those with the largest resource, the earliest of
  /// equal ones.
  std::size_t best = 0;
};

/// For each trial the best score among those up to it that saw all rows; NaN while there is none.
std::vector<double> best_so_far(const SearchResult& result);

/// Expected best of n trials drawn from those that saw all rows and did not fail, n = 1, 2, ...,
/// number of them: what a smaller budget would have found on average. Source: Dodge et al., "Show
/// your work", EMNLP 2019 (draws with replacement). O(N^2).
std::vector<double> expected_best(const SearchResult& result);

}  // namespace grove
