#pragma once

#include <cstdint>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/params/value.hpp"

namespace grove {

/// A node; children come after their parent. A leaf has left == 0.
struct TreeNode {
  int feature = 0;
  double threshold = 0;  // numeric: x <= threshold goes left
  int categories = -1;   // categorical: place of its set in Tree::sets
  bool missing_left = false;
  int left = 0;
  int right = 0;
  double value = 0;  // of a leaf
  double gain = 0;
};

struct Tree {
  std::vector<TreeNode> nodes;
  /// Per set, for every category code whether it goes left.
  std::vector<std::vector<std::uint8_t>> sets;

  /// The value of the leaf that a row falls into.
  double predict(const double* row) const;
};

Value tree_to_value(const Tree& tree);
/// Checks that children point forward, features exist and numbers are finite.
Tree tree_from_value(const StateReader& reader, Index n_columns);

}  // namespace grove
