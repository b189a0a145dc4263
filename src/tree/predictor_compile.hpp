#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "grove/tree/tree.hpp"
#include "tree/predictor_masks.hpp"

namespace grove {

/// The arrays behind a MaskView.
struct MaskTrees {
  std::vector<CodedFeature> features;
  std::vector<double> thresholds;
  std::vector<MaskTree> trees;
  std::vector<LeafCondition> conditions;
  std::vector<std::int32_t> ends;
  std::vector<double> values;
  std::int32_t n_columns = 0;

  MaskView view() const {
    return {features.data(),   static_cast<std::int32_t>(features.size()),
            thresholds.data(), trees.data(),
            conditions.data(), ends.data(),
            values.data()};
  }
};

/// Whether leaf masks can stand for the tree: numeric splits, one output, no lines and at most
/// mask_leaves leaves.
bool fits_masks(const Tree& tree);

/// Gathers trees that fit masks for as long as one set of codes can serve them all.
class MaskCompiler {
 public:
  int n_trees() const { return static_cast<int>(trees_.size()); }
  /// False if the tree needs another set of codes; the first tree never does. Keeps a pointer.
  bool add(const Tree& tree, std::int32_t output);
  MaskTrees compile() const;

 private:
  using Column = std::pair<int, bool>;  // a feature, and whether missing values go left

  std::vector<std::pair<const Tree*, std::int32_t>> trees_;
  std::map<int, std::set<double>> thresholds_;
  std::set<Column> columns_;
};

}  // namespace grove
