#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "boosting/binning.hpp"
#include "boosting/histogram.hpp"
#include "boosting/split.hpp"
#include "boosting/trace.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/core/random.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

/// Memory that is kept from tree to tree: fresh pages would have to be cleared by the system.
struct GrowMemory {
  std::vector<std::uint32_t> rows, buffer;
  SpareCells cells;
};

/// All that one tree is grown from.
struct GrowTask {
  std::string_view who;
  const BinnedData& data;
  const RoundedGradients& sums;
  const GradientBoostingParams& params;
  const Constraints& constraints;
  Rng rng;  // draws columns
  const Context& context;
  GrowMemory& memory;
  const TreeTrace* trace = nullptr;
};

/// A leaf with its rows: places begin..end-1 of GrownTree::rows.
struct LeafRows {
  int node = 0;
  std::size_t begin = 0, end = 0;
  ValueRange range = {};
};

/// Values are -T(G) / (H + l2), not shrunk.
struct GrownTree {
  Tree tree;
  std::vector<std::uint32_t> rows;  // leaf by leaf, in order within each; from GrowMemory::rows
  std::vector<LeafRows> leaves;
};

/// Grows one tree on the rows in `memory.rows`, which are in order and are moved to the result.
/// Leaf-wise, the leaf with the largest gain is next, depth-wise the earliest; equal gains go to
/// the earlier node, the lower column, missing values on the right and the lower bin.
GrownTree grow_tree(const GrowTask& task);

}  // namespace grove
