#include "registry/xgboost_trees.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/text.hpp"

namespace grove {

namespace {

/// Sets reach at least this far where a code beyond them would go right.
constexpr std::size_t least_set = 1024;
/// Of XGBoost: codes are whole numbers that a float holds exactly.
constexpr std::int64_t max_categories = 1 << 24;

bool is_float(double value) {
  return std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max());
}

/// The arrays of a tree, checked for their lengths and ranges.
struct Arrays {
  std::vector<std::int64_t> left, right, columns, default_left, types;
  std::vector<double> conditions, weights, gains, covers;
  std::vector<std::int64_t> set_nodes, set_begins, set_sizes, categories;

  Arrays(const StateReader& reader, Index n_columns) {
    left = reader.integers("left_children", -1, -1, std::numeric_limits<std::int32_t>::max());
    const auto n = static_cast<Index>(left.size());
    if (n < 1) reader.fail("has no nodes");
    left = reader.integers("left_children", n, -1, n - 1);
    right = reader.integers("right_children", n, -1, n - 1);
    columns = reader.integers("split_indices", n, 0, std::numeric_limits<std::int32_t>::max());
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (left[i] >= 0 && columns[i] >= n_columns)
        reader.fail(concat("splits node ", i, " by column ", columns[i], " of ", n_columns));
    default_left = reader.integers("default_left", n, 0, 1);
    types = reader.has("split_type") ? reader.integers("split_type", n, 0, 1)
                                     : std::vector<std::int64_t>(left.size(), 0);
    conditions = reader.reals("split_conditions", n);
    weights = reader.reals("base_weights", n);
    gains = reader.reals("loss_changes", n);
    covers = reader.reals("sum_hessian", n);
    if (std::count(types.begin(), types.end(), 1) == 0) return;
    set_nodes = reader.integers("categories_nodes", -1, 0, n - 1);
    categories = reader.integers("categories", -1, 0, max_categories - 1);
    const auto n_sets = static_cast<Index>(set_nodes.size());
    const auto n_categories = static_cast<std::int64_t>(categories.size());
    set_begins = reader.integers("categories_segments", n_sets, 0, n_categories);
    set_sizes = reader.integers("categories_sizes", n_sets, 0, n_categories);
    std::int64_t end = 0;
    for (std::size_t i = 0; i < set_nodes.size(); ++i) {
      if (set_begins[i] != end || (i > 0 && set_nodes[i] <= set_nodes[i - 1]))
        reader.fail("has sets of categories that do not follow each other");
      end += set_sizes[i];
    }
    if (end > n_categories) reader.fail("has sets with more categories than it lists");
  }

  /// The listed categories go right, all others left.
  std::vector<std::uint8_t> set_of(std::size_t node, const StateReader& reader) const {
    const auto found =
        std::lower_bound(set_nodes.begin(), set_nodes.end(), static_cast<std::int64_t>(node));
    if (found == set_nodes.end() || *found != static_cast<std::int64_t>(node))
      reader.fail(concat("has no categories for node ", node));
    const auto place = static_cast<std::size_t>(found - set_nodes.begin());
    const auto begin = categories.begin() + set_begins[place];
    const auto end = begin + set_sizes[place];
    std::size_t size = default_left[node] == 1 ? 0 : least_set;
    for (auto code = begin; code != end; ++code)
      size = std::max(size, static_cast<std::size_t>(*code) + 1);
    std::vector<std::uint8_t> sides(size, 1);
    for (auto code = begin; code != end; ++code) sides[static_cast<std::size_t>(*code)] = 0;
    return sides;
  }

  /// What the weights of nodes were shrunk by in the leaves.
  double learning_rate() const {
    for (std::size_t i = 0; i < left.size(); ++i)
      if (left[i] < 0 && weights[i] != 0) return conditions[i] / weights[i];
    return 1;
  }
};

double as_float(double value, std::size_t node, const StateReader& reader) {
  if (!is_float(value)) reader.fail(concat("holds a number at node ", node, " that is no float"));
  return static_cast<double>(static_cast<float>(value));
}

}  // namespace

double threshold_below(float threshold) {
  const float below = std::nextafter(threshold, -std::numeric_limits<float>::infinity());
  // Half-way to -infinity is half a step beyond the last float.
  const double half = std::isinf(below)
                          ? static_cast<double>(threshold) - 0x1p103
                          : 0.5 * (static_cast<double>(threshold) + static_cast<double>(below));
  // The middle between two floats rounds to the even one.
  const bool middle_is_below = (std::bit_cast<std::uint32_t>(below) & 1) == 0;
  return middle_is_below ? half : std::nextafter(half, -std::numeric_limits<double>::infinity());
}

Tree xgboost_tree(const StateReader& reader, Index n_columns, double weight) {
  const Arrays arrays(reader, n_columns);
  const double rate = arrays.learning_rate();
  Tree tree;
  // Nodes to come, each with the right child's parent or -1.
  std::vector<std::pair<std::int64_t, int>> waiting{{0, -1}};
  while (!waiting.empty()) {
    const auto [number, parent] = waiting.back();
    const auto from = static_cast<std::size_t>(number);
    waiting.pop_back();
    const auto here = static_cast<int>(tree.nodes.size());
    if (tree.nodes.size() == arrays.left.size()) reader.fail("has a node with two parents");
    if (parent >= 0) tree.nodes[static_cast<std::size_t>(parent)].right = here;
    TreeNode node{.cover = arrays.covers[from], .weight = arrays.covers[from]};
    double value = arrays.conditions[from];
    if (arrays.left[from] >= 0) {
      if (arrays.right[from] < 0) reader.fail("has a node with one child");
      value = arrays.weights[from] * rate;
      node.feature = static_cast<int>(arrays.columns[from]);
      node.missing_left = arrays.default_left[from] == 1;
      node.gain = arrays.gains[from];
      node.left = here + 1;
      if (arrays.types[from] == 1) {
        node.categories = static_cast<int>(tree.sets.size());
        tree.sets.push_back(arrays.set_of(from, reader));
      } else {
        node.threshold =
            threshold_below(static_cast<float>(as_float(arrays.conditions[from], from, reader)));
      }
      waiting.emplace_back(arrays.right[from], here);
      waiting.emplace_back(arrays.left[from], -1);
    } else if (arrays.right[from] >= 0) {
      reader.fail("has a node with one child");
    }
    tree.values.push_back(as_float(value * weight, from, reader));
    tree.nodes.push_back(node);
  }
  return tree;
}

}  // namespace grove
