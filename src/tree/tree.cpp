#include "grove/tree/tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace grove {

int Tree::n_leaves() const {
  return static_cast<int>(std::count_if(nodes.begin(), nodes.end(),
                                        [](const TreeNode& node) { return node.left == 0; }));
}

int Tree::depth() const {
  std::vector<int> depths(nodes.size(), 0);
  int deepest = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    deepest = std::max(deepest, depths[i]);
    if (nodes[i].left == 0) continue;
    depths[static_cast<std::size_t>(nodes[i].left)] = depths[i] + 1;
    depths[static_cast<std::size_t>(nodes[i].right)] = depths[i] + 1;
  }
  return deepest;
}

bool Tree::goes_left(const TreeNode& node, double x) const {
  if (node.categories >= 0) {
    const std::vector<std::uint8_t>& set = sets[static_cast<std::size_t>(node.categories)];
    if (!(x >= 0 && x < static_cast<double>(set.size()))) return node.missing_left;
    const std::uint8_t side = set[static_cast<std::size_t>(x)];
    return side == 2 ? node.missing_left : side == 1;
  }
  return std::isnan(x) ? node.missing_left : x <= node.threshold;
}

int Tree::leaf_of(const double* row) const {
  int at = 0;
  while (true) {
    const TreeNode& node = nodes[static_cast<std::size_t>(at)];
    if (node.left == 0) return at;
    at = goes_left(node, row[node.feature]) ? node.left : node.right;
  }
}

double Tree::answer(int node, const double* row) const {
  const auto found = std::lower_bound(linear_leaves.begin(), linear_leaves.end(), node,
                                      [](const LinearLeaf& leaf, int n) { return leaf.node < n; });
  if (found == linear_leaves.end() || found->node != node) return *value(node);
  double sum = found->intercept;
  for (std::size_t i = 0; i < found->features.size(); ++i) {
    const double x = row[found->features[i]];
    if (std::isnan(x)) return *value(node);
    sum += found->coefficients[i] * x;
  }
  return sum;
}

double Tree::predict(const double* row) const { return answer(leaf_of(row), row); }

namespace {

/// Column by column over the nodes, which is compact in CBOR and readable in JSON.
struct NodeArrays {
  Value::Integers features, left, right, missing, categories;
  Value::Reals thresholds, gains, covers, weights;

  void add(const TreeNode& node) {
    features.push_back(node.feature);
    left.push_back(node.left);
    right.push_back(node.right);
    missing.push_back(node.missing_left ? 1 : 0);
    categories.push_back(node.categories);
    thresholds.push_back(node.threshold);
    gains.push_back(node.gain);
    covers.push_back(node.cover);
    weights.push_back(node.weight);
  }
};

Value linear_to_value(const LinearLeaf& leaf) {
  return Value::Map{{"node", leaf.node},
                    {"intercept", leaf.intercept},
                    {"feature", Value::Integers(leaf.features.begin(), leaf.features.end())},
                    {"coefficient", leaf.coefficients}};
}

LinearLeaf linear_from_value(const StateReader& reader, const Tree& tree, Index n_columns) {
  LinearLeaf leaf;
  leaf.node =
      static_cast<int>(reader.integer("node", 0, static_cast<std::int64_t>(tree.nodes.size()) - 1));
  if (!tree.is_leaf(leaf.node)) reader.fail("names a node that is no leaf");
  if (!tree.linear_leaves.empty() && tree.linear_leaves.back().node >= leaf.node)
    reader.fail("is not in the order of the nodes");
  leaf.intercept = reader.real("intercept");
  for (const std::int64_t feature : reader.integers("feature", -1, 0, n_columns - 1))
    leaf.features.push_back(static_cast<int>(feature));
  leaf.coefficients = reader.reals("coefficient", static_cast<Index>(leaf.features.size()));
  return leaf;
}

std::vector<std::uint8_t> set_from_value(const StateReader& reader) {
  const auto* codes = reader.value().get_if<Value::Integers>();
  if (codes == nullptr) reader.fail("must be a list of integers");
  std::vector<std::uint8_t> sides;
  for (const std::int64_t side : *codes) {
    if (side < 0 || side > 2) reader.fail("must hold 0, 1 and 2 only");
    sides.push_back(static_cast<std::uint8_t>(side));
  }
  return sides;
}

/// Children point forward and every node but the root has one parent.
void check_links(const Tree& tree, const StateReader& reader) {
  std::vector<char> has_parent(tree.nodes.size(), 0);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if ((node.left == 0) != (node.right == 0)) reader.fail("has a node with one child");
    if (node.left == 0) continue;
    for (const int child : {node.left, node.right}) {
      if (child <= static_cast<int>(i))
        reader.fail("has a child that does not come after its parent");
      if (std::exchange(has_parent[static_cast<std::size_t>(child)], 1) != 0)
        reader.fail("has a node with two parents");
    }
  }
  for (std::size_t i = 1; i < has_parent.size(); ++i)
    if (has_parent[i] == 0) reader.fail("has a node without a parent");
}

}  // namespace

Value tree_to_value(const Tree& tree) {
  NodeArrays arrays;
  for (const TreeNode& node : tree.nodes) arrays.add(node);
  Value::List sets, lines;
  for (const auto& set : tree.sets) sets.emplace_back(Value::Integers(set.begin(), set.end()));
  for (const LinearLeaf& leaf : tree.linear_leaves) lines.push_back(linear_to_value(leaf));
  return Value::Map{{"n_outputs", tree.n_outputs},
                    {"feature", std::move(arrays.features)},
                    {"left", std::move(arrays.left)},
                    {"right", std::move(arrays.right)},
                    {"missing_left", std::move(arrays.missing)},
                    {"categories", std::move(arrays.categories)},
                    {"threshold", std::move(arrays.thresholds)},
                    {"gain", std::move(arrays.gains)},
                    {"cover", std::move(arrays.covers)},
                    {"weight", std::move(arrays.weights)},
                    {"value", tree.values},
                    {"sets", std::move(sets)},
                    {"linear_leaves", std::move(lines)}};
}

Tree tree_from_value(const StateReader& reader, Index n_columns) {
  Tree tree;
  const auto features = reader.integers("feature", -1, 0, n_columns - 1);
  const auto n = static_cast<Index>(features.size());
  if (n < 1) reader.fail("has no nodes");
  if (n > std::numeric_limits<int>::max()) reader.fail("has more than 2^31 - 1 nodes");
  const auto left = reader.integers("left", n, 0, n - 1);
  const auto right = reader.integers("right", n, 0, n - 1);
  const auto missing = reader.integers("missing_left", n, 0, 1);
  for (const StateReader& set : reader.list("sets")) tree.sets.push_back(set_from_value(set));
  const auto categories =
      reader.integers("categories", n, -1, static_cast<std::int64_t>(tree.sets.size()) - 1);
  const auto thresholds = reader.reals("threshold", n);
  const auto gains = reader.reals("gain", n);
  const auto covers = reader.reals("cover", n);
  const auto weights = reader.reals("weight", n);
  for (std::size_t i = 0; i < features.size(); ++i)
    tree.nodes.push_back({static_cast<int>(features[i]), thresholds[i],
                          static_cast<int>(categories[i]), missing[i] == 1,
                          static_cast<int>(left[i]), static_cast<int>(right[i]), gains[i],
                          covers[i], weights[i]});
  check_links(tree, reader);
  tree.n_outputs = static_cast<int>(reader.integer("n_outputs", 1, 1 << 20));
  tree.values = reader.reals("value", n * tree.n_outputs);
  for (const StateReader& line : reader.list("linear_leaves"))
    tree.linear_leaves.push_back(linear_from_value(line, tree, n_columns));
  if (!tree.linear_leaves.empty() && tree.n_outputs != 1)
    reader.fail("has lines in leaves of several outputs");
  return tree;
}

}  // namespace grove
