#include "boosting/grower.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "boosting/column_search.hpp"
#include "boosting/partition.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr std::size_t rows_worth_threads = 8192;

/// A value m with a <= m < b that the edges tell apart: between the last bin on the left and the
/// first with rows on the right.
double threshold_of(const ColumnBins& bins, const Split& split, bool exact) {
  const auto last = static_cast<std::size_t>(split.last_bin);
  if (last >= bins.edges.size()) return std::numeric_limits<double>::max();
  if (!exact || split.next_bin >= bins.n_bins) return bins.edges[last];
  const double middle =
      bins.edges[last] / 2 + bins.edges[static_cast<std::size_t>(split.next_bin) - 1] / 2;
  return std::clamp(middle, bins.edges[last],
                    bins.edges[static_cast<std::size_t>(split.next_bin) - 1]);
}

class Grower {
 public:
  explicit Grower(const GrowTask& task)
      : task_(task),
        params_(task.params),
        search_(task),
        columns_(task.params, task.data.columns.size(), task.rng) {
    grown_.rows = std::move(task.memory.rows);
    task.memory.buffer.resize(grown_.rows.size());
  }

  GrownTree grow() {
    enter(make_root());
    int n_leaves = 1;
    const int most = params_.max_leaf_nodes.value_or(std::numeric_limits<int>::max());
    while (!queue_.empty() && n_leaves < most) {
      task_.context.check_stop(task_.who);
      OpenLeaf& next = open_[queue_.top().at];
      OpenLeaf parent = std::move(next);
      next.node = -1;
      queue_.pop();
      ++n_leaves;
      divide(std::move(parent), n_leaves < most);
    }
    for (const OpenLeaf& leaf : open_)
      if (leaf.node >= 0) grown_.leaves.push_back({leaf.node, leaf.begin, leaf.end, leaf.range});
    std::sort(grown_.leaves.begin(), grown_.leaves.end(),
              [](const LeafRows& a, const LeafRows& b) { return a.begin < b.begin; });
    search_.count_work();
    write_sums();
    return std::move(grown_);
  }

 private:
  /// The order in which leaves are divided.
  struct Rank {
    double first;
    int node;
    std::size_t at;
    bool operator<(const Rank& other) const {
      return first < other.first || (first == other.first && node > other.node);
    }
  };

  Tree& tree() { return grown_.tree; }

  OpenLeaf make_root() {
    OpenLeaf root;
    root.end = grown_.rows.size();
    root.searchable = worth_searching(root);
    const bool all_rows = static_cast<Index>(grown_.rows.size()) == task_.data.n_rows;
    search_.build_root(root, grown_.rows.data(), all_rows);
    add_node(root);
    return root;
  }

  void add_node(OpenLeaf& leaf) {
    leaf.node = static_cast<int>(tree().nodes.size());
    TreeNode node;
    node.weight = leaf.total.weight;
    tree().nodes.push_back(node);
    ranges_.push_back(leaf.range);
  }

  /// Whether a leaf of so many rows could be heavy enough to be divided.
  bool worth_searching(const OpenLeaf& leaf) const {
    return (!params_.max_depth || leaf.depth < *params_.max_depth) &&
           static_cast<double>(leaf.end - leaf.begin) * task_.sums.largest_weight >=
               2.0 * params_.min_samples_leaf;
  }

  void enter(OpenLeaf leaf) {
    if (leaf.searchable && leaf.total.weight >= 2.0 * params_.min_samples_leaf)
      leaf.split = search_.best(leaf, grown_.rows.data(), columns_.of_node(leaf.depth, leaf.node));
    if (leaf.split.exists()) {
      const bool leaf_wise = params_.grow_policy == GrowPolicy::leaf_wise;
      queue_.push({leaf_wise ? leaf.split.gain : -leaf.depth, leaf.node, open_.size()});
    } else {
      search_.release(leaf);
    }
    open_.push_back(std::move(leaf));
  }

  void divide(OpenLeaf parent, bool more) {
    OpenLeaf left, right;
    left.depth = right.depth = parent.depth + 1;
    left.begin = parent.begin;
    right.end = parent.end;
    left.end = right.begin =
        parent.begin + divide_rows(task_, parent.split, grown_.rows.data() + parent.begin,
                                   parent.end - parent.begin, task_.memory.buffer.data());
    left.path = parent.path;
    left.path.push_back(parent.split.column);
    right.path = left.path;
    left.searchable = more && worth_searching(left);
    right.searchable = more && worth_searching(right);
    search_.build_children(parent, left, right, grown_.rows.data());
    narrow_ranges(parent, left, right);
    add_node(left);
    add_node(right);
    write_split(parent, left, right);
    enter(std::move(left));
    enter(std::move(right));
  }

  /// Monotonic splits: what is left of this one may not answer beyond the middle, and so on.
  void narrow_ranges(const OpenLeaf& parent, OpenLeaf& left, OpenLeaf& right) const {
    left.range = right.range = parent.range;
    if (task_.constraints.monotonic.empty()) return;
    const int sign = task_.constraints.monotonic[static_cast<std::size_t>(parent.split.column)];
    if (sign == 0) return;
    const double middle = search_.value(left) / 2 + search_.value(right) / 2;
    (sign > 0 ? left.range.high : left.range.low) = middle;
    (sign > 0 ? right.range.low : right.range.high) = middle;
  }

  void write_split(const OpenLeaf& parent, const OpenLeaf& left, const OpenLeaf& right) {
    const Split& split = parent.split;
    const ColumnBins& bins = task_.data.columns[static_cast<std::size_t>(split.column)];
    TreeNode& node = tree().nodes[static_cast<std::size_t>(parent.node)];
    node.feature = split.column;
    node.missing_left = split.missing_left;
    node.left = left.node;
    node.right = right.node;
    if (!bins.categorical) {
      node.threshold = threshold_of(bins, split, params_.tree_method == TreeMethod::exact);
      return;
    }
    node.categories = static_cast<int>(tree().sets.size());
    std::vector<std::uint8_t> set;
    for (const std::int32_t bin : bins.bin_of_category)
      set.push_back(bin == bins.n_bins ? std::uint8_t{2}
                                       : split.side[static_cast<std::size_t>(bin)]);
    tree().sets.push_back(std::move(set));
  }

  /// Values, covers and gains, from the exact sums of the leaves.
  void write_sums() {
    std::vector<ExactSums> sums(tree().size());
    parallel_for(task_.context, static_cast<Index>(grown_.leaves.size()),
                 grown_.rows.size() < rows_worth_threads ? tree().n_leaves() : 1,
                 [&](Index begin, Index end) {
                   for (Index i = begin; i < end; ++i) {
                     const LeafRows& leaf = grown_.leaves[static_cast<std::size_t>(i)];
                     sums[static_cast<std::size_t>(leaf.node)] =
                         exact_sums(task_.sums, grown_.rows.data() + leaf.begin,
                                    static_cast<Index>(leaf.end - leaf.begin));
                   }
                 });
    tree().values.resize(tree().size());
    const SplitFinder& finder = search_.finder();
    for (std::size_t at = tree().size(); at-- > 0;) {
      TreeNode& node = tree().nodes[at];
      const auto left = static_cast<std::size_t>(node.left);
      const auto right = static_cast<std::size_t>(node.right);
      const auto score = [&](const ExactSums& s) {
        return finder.score(s.gradient * task_.sums.gradient_unit,
                            s.hessian * task_.sums.hessian_unit, ranges_[at]);
      };
      if (node.left != 0) {
        sums[at] = sums[left];
        sums[at] += sums[right];
        node.gain = std::max(0.0, score(sums[left]) + score(sums[right]) - score(sums[at]));
      }
      node.cover = sums[at].hessian * task_.sums.hessian_unit;
      tree().values[at] =
          finder.value(sums[at].gradient * task_.sums.gradient_unit, node.cover, ranges_[at]);
    }
  }

  const GrowTask& task_;
  const GradientBoostingParams& params_;
  NodeSearch search_;
  ColumnSampler columns_;
  std::vector<OpenLeaf> open_;
  std::vector<ValueRange> ranges_;  // of the nodes
  std::priority_queue<Rank> queue_;
  GrownTree grown_;
};

}  // namespace

GrownTree grow_tree(const GrowTask& task) { return Grower(task).grow(); }

}  // namespace grove
