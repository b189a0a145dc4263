#pragma once

#include <vector>

#include "grove/tree/decision_tree.hpp"
#include "tree/cart.hpp"

// Minimal cost-complexity pruning (Breiman, Friedman, Olshen & Stone 1984, chapter 3): the inner
// node that gains least per leaf is cut first. O(n log n * depth) for n nodes.

namespace grove {

/// Cuts while a cut costs at most `ccp_alpha` per leaf, and numbers the nodes depth first, left
/// before right.
GrownTree prune(const GrownTree& grown, double ccp_alpha);

/// Every step of it until the root alone is left.
PruningPath pruning_path(const GrownTree& grown);

}  // namespace grove
