#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "boosting/binning.hpp"
#include "boosting/histogram.hpp"
#include "grove/boosting/gradient_boosting.hpp"

namespace grove {

/// What trees must respect, resolved for the columns of a data set.
struct Constraints {
  std::vector<int> monotonic;                   // per column -1, 0, 1; empty: none
  std::vector<std::vector<char>> interactions;  // per set of columns, whether a column is in it
  double largest_value = std::numeric_limits<double>::infinity();  // of a leaf
};

/// The values that a node may answer with, from the monotonic splits above it.
struct ValueRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// A split of a node by one column's bins.
struct Split {
  double gain = 0;
  int column = -1;
  int last_bin = 0;  // numeric: bins up to this go left
  int next_bin = 0;  // the first bin on the right that has rows; for exact thresholds
  std::vector<std::uint8_t> side =
      {};  // categorical, per bin: 1 = left, 0 = right, 2 = like missing
  bool missing_left = false;
  bool certain = true;  // whether both sides are known to weigh enough

  bool exists() const { return column >= 0; }
  bool goes_left(int bin, int n_bins) const {
    if (bin == n_bins) return missing_left;
    if (side.empty()) return bin <= last_bin;
    return side[static_cast<std::size_t>(bin)] == 2 ? missing_left
                                                    : side[static_cast<std::size_t>(bin)] == 1;
  }
};

/// Sums of one column in a node, in whole units: cumulative over the bins that are listed.
struct ColumnSums {
  std::vector<int> bins;                             // empty: all bins 0..n-1 in order
  std::vector<double> gradients, hessians, weights;  // cumulative; weights may be empty: unknown
  double missing_gradient = 0, missing_hessian = 0, missing_weight = 0;
  bool has_missing = false;

  int size() const { return static_cast<int>(gradients.size()); }
  int bin(int at) const { return bins.empty() ? at : bins[static_cast<std::size_t>(at)]; }
};

/// Sums and scales of the node that is searched.
struct NodeTotals {
  double gradient = 0, hessian = 0, weight = 0;  // whole units; weight in real ones
  double gradient_unit = 1, hessian_unit = 1;
  double hessian_a_weight = 0;     // 0: weights are known
  bool hessian_is_weight = false;  // a side weighs its hessian over that
  ValueRange range;
};

/// Finds the best split of one column. Equal gains go to missing values on the right, then to the
/// lower bin.
class SplitFinder {
 public:
  SplitFinder(const GradientBoostingParams& params, const Constraints& constraints);

  Split best(int column, const ColumnBins& bins, const ColumnSums& sums,
             const NodeTotals& node) const;
  /// The value of a leaf with these sums, in real units.
  double value(double gradient, double hessian, const ValueRange& range) const;
  /// What a leaf with these sums takes off the loss, times two.
  double score(double gradient, double hessian, const ValueRange& range) const;

 private:
  struct Candidates;
  void scan(const Candidates& candidates, bool missing_left, Split& best) const;
  void scan_constrained(const Candidates& candidates, bool missing_left, Split& best) const;
  Split best_numeric(const Candidates& candidates) const;
  Split best_categorical(const Candidates& candidates) const;

  const GradientBoostingParams& params_;
  const Constraints& constraints_;
};

}  // namespace grove
