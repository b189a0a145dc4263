#include "boosting/tree.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace grove {

double Tree::predict(const double* row) const {
  std::size_t at = 0;
  while (nodes[at].left != 0) {
    const TreeNode& node = nodes[at];
    const double value = row[node.feature];
    bool left = node.missing_left;
    if (node.categories >= 0) {
      const std::vector<std::uint8_t>& set = sets[static_cast<std::size_t>(node.categories)];
      // 2 = no such category in training: like a missing value.
      if (value >= 0 && value < static_cast<double>(set.size()) &&
          set[static_cast<std::size_t>(value)] != 2)
        left = set[static_cast<std::size_t>(value)] == 1;
    } else if (!std::isnan(value)) {
      left = value <= node.threshold;
    }
    at = static_cast<std::size_t>(left ? node.left : node.right);
  }
  return nodes[at].value;
}

Value tree_to_value(const Tree& tree) {
  Value::Integers features, left, right, missing, categories;
  Value::Reals thresholds, values, gains;
  for (const TreeNode& node : tree.nodes) {
    features.push_back(node.feature);
    left.push_back(node.left);
    right.push_back(node.right);
    missing.push_back(node.missing_left ? 1 : 0);
    categories.push_back(node.categories);
    thresholds.push_back(node.threshold);
    values.push_back(node.value);
    gains.push_back(node.gain);
  }
  Value::List sets;
  for (const auto& set : tree.sets) sets.emplace_back(Value::Integers(set.begin(), set.end()));
  return Value::Map{{"feature", std::move(features)},
                    {"left", std::move(left)},
                    {"right", std::move(right)},
                    {"missing_left", std::move(missing)},
                    {"categories", std::move(categories)},
                    {"threshold", std::move(thresholds)},
                    {"value", std::move(values)},
                    {"gain", std::move(gains)},
                    {"sets", std::move(sets)}};
}

Tree tree_from_value(const StateReader& reader, Index n_columns) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  const auto features = reader.integers("feature", -1, 0, n_columns - 1);
  const auto n = static_cast<Index>(features.size());
  if (n < 1) reader.fail("has no nodes");
  const auto left = reader.integers("left", n, 0, n - 1);
  const auto right = reader.integers("right", n, 0, n - 1);
  const auto missing = reader.integers("missing_left", n, 0, 1);
  const auto categories = reader.integers("categories", n, -1, most);
  const auto thresholds = reader.reals("threshold", n);
  const auto values = reader.reals("value", n);
  const auto gains = reader.reals("gain", n);
  Tree tree;
  const std::size_t n_sets = reader.list("sets").size();
  for (const StateReader& set : reader.list("sets")) {
    const auto* codes = set.value().get_if<Value::Integers>();
    if (codes == nullptr) set.fail("must be a list of integers");
    std::vector<std::uint8_t> sides;
    for (const std::int64_t side : *codes) {
      if (side < 0 || side > 2) set.fail("must hold 0, 1 and 2 only");
      sides.push_back(static_cast<std::uint8_t>(side));
    }
    tree.sets.push_back(std::move(sides));
  }
  std::vector<char> has_parent(static_cast<std::size_t>(n), 0);
  for (std::size_t i = 0; i < features.size(); ++i) {
    const bool leaf = left[i] == 0;
    if (leaf != (right[i] == 0)) reader.fail("has a node with one child");
    if (!leaf)
      for (const std::int64_t child : {left[i], right[i]}) {
        if (child <= static_cast<std::int64_t>(i))
          reader.fail("has a child that does not come after its parent");
        if (std::exchange(has_parent[static_cast<std::size_t>(child)], 1) != 0)
          reader.fail("has a node with two parents");
      }
    if (categories[i] >= static_cast<std::int64_t>(n_sets))
      reader.fail("names a set of categories that is not there");
    tree.nodes.push_back({static_cast<int>(features[i]), thresholds[i],
                          static_cast<int>(categories[i]), missing[i] == 1,
                          static_cast<int>(left[i]), static_cast<int>(right[i]), values[i],
                          gains[i]});
  }
  for (std::size_t i = 1; i < has_parent.size(); ++i)
    if (has_parent[i] == 0) reader.fail("has a node without a parent");
  return tree;
}

}  // namespace grove
