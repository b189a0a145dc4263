#include "tree/predictor_compile.hpp"

#include <algorithm>
#include <limits>

namespace grove {

bool fits_masks(const Tree& tree) {
  return tree.n_outputs == 1 && tree.linear_leaves.empty() && tree.n_leaves() <= mask_leaves &&
         std::none_of(tree.nodes.begin(), tree.nodes.end(),
                      [](const TreeNode& node) { return node.left != 0 && node.categories >= 0; });
}

bool MaskCompiler::add(const Tree& tree, std::int32_t output) {
  std::vector<std::pair<int, double>> new_thresholds;
  std::vector<Column> new_columns;
  bool fits = true;
  for (const TreeNode& node : tree.nodes) {
    if (node.left == 0) continue;
    std::set<double>& thresholds = thresholds_[node.feature];
    if (thresholds.insert(node.threshold).second)
      new_thresholds.emplace_back(node.feature, node.threshold);
    fits = fits && thresholds.size() <= mask_thresholds;
    const Column column(node.feature, node.missing_left);
    if (columns_.insert(column).second) new_columns.push_back(column);
    fits = fits && columns_.size() <= mask_columns;
  }
  if (fits) {
    trees_.emplace_back(&tree, output);
    return true;
  }
  for (const auto& [feature, threshold] : new_thresholds) thresholds_[feature].erase(threshold);
  for (const Column& column : new_columns) columns_.erase(column);
  return false;
}

namespace {

/// The leaves of a tree from left to right, and of every inner node those of its left subtree.
struct LeafOrder {
  const Tree& tree;
  std::vector<int> leaves = {};
  std::vector<std::pair<int, int>> left_of;  // [begin, end) by node

  explicit LeafOrder(const Tree& of) : tree(of), left_of(of.size()) { visit(0); }

  void visit(int at) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    if (node.left == 0) {
      leaves.push_back(at);
      return;
    }
    const auto begin = static_cast<int>(leaves.size());
    visit(node.left);
    left_of[static_cast<std::size_t>(at)] = {begin, static_cast<int>(leaves.size())};
    visit(node.right);
  }
};

/// Those of the leaves [begin, end) that are among the eight.
std::uint8_t bits_of(std::pair<int, int> range, int eight) {
  unsigned bits = 0;
  for (int leaf = std::max(range.first, 8 * eight); leaf < std::min(range.second, 8 * eight + 8);
       ++leaf)
    bits |= 1u << (leaf % 8);
  return static_cast<std::uint8_t>(bits);
}

int steps_for(std::size_t n_thresholds) {
  int steps = 1;
  while ((std::size_t{1} << steps) - 1 < n_thresholds) ++steps;
  return steps;
}

}  // namespace

MaskTrees MaskCompiler::compile() const {
  MaskTrees out;
  std::map<int, CodedFeature> coded;
  for (const auto& [feature, side] : columns_) {
    CodedFeature& at = coded[feature];
    at.feature = feature;
    (side ? at.missing_left : at.missing_right) = out.n_columns++;
  }
  for (auto& [feature, at] : coded) {
    const std::set<double>& thresholds = thresholds_.at(feature);
    at.first_threshold = static_cast<std::int32_t>(out.thresholds.size());
    at.steps = steps_for(thresholds.size());
    out.thresholds.insert(out.thresholds.end(), thresholds.begin(), thresholds.end());
    out.thresholds.resize(static_cast<std::size_t>(at.first_threshold + (1 << at.steps) - 1),
                          std::numeric_limits<double>::infinity());
    out.features.push_back(at);
  }
  const auto condition = [&](const TreeNode& node, std::uint8_t drop) -> LeafCondition {
    const CodedFeature& at = coded.at(node.feature);
    const auto first = out.thresholds.begin() + at.first_threshold;
    const auto rank = std::lower_bound(first, first + (1 << at.steps) - 1, node.threshold) - first;
    const int column = node.missing_left ? at.missing_left : at.missing_right;
    return {static_cast<std::uint16_t>(column * mask_rows), static_cast<std::int8_t>(rank - 128),
            drop};
  };
  for (const auto& [tree, output] : trees_) {
    const LeafOrder order(*tree);
    const auto n_leaves = static_cast<int>(order.leaves.size());
    const int n_eights = (n_leaves + 7) / 8;
    out.trees.push_back(
        {static_cast<std::int32_t>(out.conditions.size()),
         static_cast<std::int32_t>(out.ends.size()), static_cast<std::int32_t>(out.values.size()),
         static_cast<std::int16_t>(n_eights), static_cast<std::int16_t>(n_leaves), output});
    for (int eight = 0; eight < n_eights; ++eight) {
      for (std::size_t i = 0; i < tree->size(); ++i)
        if (const std::uint8_t drop = bits_of(order.left_of[i], eight); drop != 0)
          out.conditions.push_back(condition(tree->nodes[i], drop));
      out.ends.push_back(static_cast<std::int32_t>(out.conditions.size()));
    }
    for (const int leaf : order.leaves) out.values.push_back(*tree->value(leaf));
    out.values.resize((out.values.size() + 15) / 16 * 16, 0);
  }
  return out;
}

}  // namespace grove
