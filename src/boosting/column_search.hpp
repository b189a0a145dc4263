#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "boosting/grower.hpp"

namespace grove {

/// A leaf that may still be divided.
struct OpenLeaf {
  int node = -1;
  int depth = 0;
  std::size_t begin = 0, end = 0;  // of its rows
  bool searchable = false;
  NodeSums total;
  Histogram histogram;
  Split split;
  ValueRange range;
  std::vector<int> path;  // the columns of the splits above

  Index n_rows() const { return static_cast<Index>(end - begin); }
};

/// Draws the columns that a tree, a level and a node may use, each out of those of the one before.
class ColumnSampler {
 public:
  ColumnSampler(const GradientBoostingParams& params, std::size_t n_columns, const Rng& rng);
  std::vector<int> of_node(int depth, int node) const;

 private:
  const GradientBoostingParams& params_;
  Rng rng_;
  std::vector<int> of_tree_;
};

/// Finds the best split of a leaf. Narrow data: in histograms, of which only the smaller child's is
/// counted and the other is what remains. Wide data: column by column, in cells that only the bins
/// with rows are visited of.
class NodeSearch {
 public:
  explicit NodeSearch(const GrowTask& task);

  void build_root(OpenLeaf& root, const std::uint32_t* rows, bool all_rows);
  /// Sums, and histograms of the searchable ones. Takes the parent's histogram.
  void build_children(OpenLeaf& parent, OpenLeaf& left, OpenLeaf& right, const std::uint32_t* rows);
  Split best(const OpenLeaf& leaf, const std::uint32_t* rows, const std::vector<int>& columns);
  void release(OpenLeaf& leaf);

  /// What the leaf would answer, from its packed sums.
  double value(const OpenLeaf& leaf) const;
  const SplitFinder& finder() const { return finder_; }
  void count_work() const;

 private:
  struct NodeRows;
  NodeSums sum(const OpenLeaf& leaf, const std::uint32_t* rows) const;
  NodeTotals totals_of(const OpenLeaf& leaf, const std::uint32_t* rows) const;
  std::vector<int> permitted(const OpenLeaf& leaf, const std::vector<int>& columns) const;
  void sums_from_histogram(const OpenLeaf& leaf, int column, ColumnSums& sums) const;
  void add_weights(const OpenLeaf& leaf, const std::uint32_t* rows, int column,
                   ColumnSums& sums) const;
  NodeRows gather(const OpenLeaf& leaf, const std::uint32_t* rows) const;
  void sums_from_rows(const OpenLeaf& leaf, const std::uint32_t* rows, const NodeRows& gathered,
                      int column, ColumnSums& sums) const;
  Split best_of(const OpenLeaf& leaf, const NodeTotals& totals, std::vector<Split>& found,
                const std::uint32_t* rows) const;

  const GrowTask& task_;
  HistogramBuilder builder_;
  SplitFinder finder_;
  std::uint64_t updates_ = 0, candidates_ = 0;
};

}  // namespace grove
