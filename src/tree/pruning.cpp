#include "tree/pruning.hpp"

#include <limits>
#include <optional>
#include <queue>

namespace grove {

namespace {

class Pruner {
 public:
  explicit Pruner(const GrownTree& grown)
      : nodes_(grown.tree.nodes),
        risks_(grown.risks),
        parent_(nodes_.size(), -1),
        n_leaves_(nodes_.size(), 1),
        leaf_risk_(grown.risks),
        is_leaf_(nodes_.size(), 1),
        is_gone_(nodes_.size(), 0) {
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      if (nodes_[i].left == 0) continue;
      const auto left = static_cast<std::size_t>(nodes_[i].left);
      const auto right = static_cast<std::size_t>(nodes_[i].right);
      parent_[left] = parent_[right] = static_cast<std::ptrdiff_t>(i);
      is_leaf_[i] = 0;
      n_leaves_[i] = n_leaves_[left] + n_leaves_[right];
      leaf_risk_[i] = leaf_risk_[left] + leaf_risk_[right];
      queue_.push(candidate(i));
    }
  }

  /// What the next cut costs per leaf; infinity if only the root is left.
  double next_alpha() {
    while (!queue_.empty() && is_stale(queue_.top())) queue_.pop();
    return queue_.empty() ? std::numeric_limits<double>::infinity() : queue_.top().alpha;
  }

  /// Makes a leaf of the node that next_alpha() spoke of.
  void cut() {
    const std::size_t node = queue_.top().node;
    queue_.pop();
    const std::size_t lost_leaves = n_leaves_[node] - 1;
    const double added_risk = risks_[node] - leaf_risk_[node];
    remove_below(node);
    is_leaf_[node] = 1;
    for (auto i = static_cast<std::ptrdiff_t>(node); i >= 0; i = parent_[at(i)]) {
      n_leaves_[at(i)] -= lost_leaves;
      leaf_risk_[at(i)] += added_risk;
      if (is_leaf_[at(i)] == 0) queue_.push(candidate(at(i)));
    }
  }

  double risk() const { return leaf_risk_[0]; }
  bool is_leaf(std::size_t node) const { return is_leaf_[node] != 0; }

 private:
  struct Candidate {
    double alpha;
    std::size_t node;
    std::size_t n_leaves;  // when it was made: fewer now, and it is out of date
    bool operator<(const Candidate& other) const {
      return alpha != other.alpha ? alpha > other.alpha : node > other.node;
    }
  };

  static std::size_t at(std::ptrdiff_t node) { return static_cast<std::size_t>(node); }
  Candidate candidate(std::size_t i) const {
    return {(risks_[i] - leaf_risk_[i]) / static_cast<double>(n_leaves_[i] - 1), i, n_leaves_[i]};
  }
  bool is_stale(const Candidate& candidate) const {
    return is_leaf_[candidate.node] != 0 || is_gone_[candidate.node] != 0 ||
           n_leaves_[candidate.node] != candidate.n_leaves;
  }
  void remove_below(std::size_t node) {
    std::vector<std::size_t> stack{node};
    while (!stack.empty()) {
      const TreeNode& inner = nodes_[stack.back()];
      stack.pop_back();
      for (const int child : {inner.left, inner.right}) {
        is_gone_[at(child)] = 1;
        if (is_leaf_[at(child)] == 0) stack.push_back(at(child));
      }
    }
  }

  const std::vector<TreeNode>& nodes_;
  const std::vector<double>& risks_;
  std::vector<std::ptrdiff_t> parent_;
  std::vector<std::size_t> n_leaves_;
  std::vector<double> leaf_risk_;
  std::vector<char> is_leaf_, is_gone_;
  std::priority_queue<Candidate> queue_;
};

}  // namespace

GrownTree prune(const GrownTree& grown, double ccp_alpha) {
  std::optional<Pruner> pruner;
  if (ccp_alpha > 0) {
    pruner.emplace(grown);
    while (pruner->next_alpha() <= ccp_alpha) pruner->cut();
  }
  const Tree& old = grown.tree;
  const auto is_leaf = [&](std::size_t i) {
    return pruner ? pruner->is_leaf(i) : old.nodes[i].left == 0;
  };
  const auto n_outputs = static_cast<std::size_t>(old.n_outputs);
  GrownTree kept;
  kept.tree.n_outputs = old.n_outputs;
  kept.tree.nodes.reserve(old.nodes.size());
  kept.tree.values.reserve(old.values.size());
  kept.risks.reserve(grown.risks.size());
  std::vector<std::pair<std::size_t, std::ptrdiff_t>> stack{{0, -1}};  // right child of, or -1
  while (!stack.empty()) {
    const auto [i, parent] = stack.back();
    stack.pop_back();
    const auto place = static_cast<int>(kept.tree.nodes.size());
    if (parent >= 0) kept.tree.nodes[static_cast<std::size_t>(parent)].right = place;
    TreeNode node = old.nodes[i];
    if (is_leaf(i)) {
      node = {.cover = node.cover, .weight = node.weight};
    } else {
      if (node.categories >= 0) {
        kept.tree.sets.push_back(old.sets[static_cast<std::size_t>(node.categories)]);
        node.categories = static_cast<int>(kept.tree.sets.size()) - 1;
      }
      stack.emplace_back(static_cast<std::size_t>(node.right), place);
      stack.emplace_back(static_cast<std::size_t>(node.left), -1);
      node.left = place + 1;
    }
    kept.tree.nodes.push_back(node);
    kept.risks.push_back(grown.risks[i]);
    const double* value = old.value(static_cast<int>(i));
    kept.tree.values.insert(kept.tree.values.end(), value, value + n_outputs);
  }
  return kept;
}

PruningPath pruning_path(const GrownTree& grown) {
  Pruner pruner(grown);
  PruningPath path{{0}, {pruner.risk()}};
  while (pruner.next_alpha() < std::numeric_limits<double>::infinity()) {
    path.ccp_alphas.push_back(pruner.next_alpha());
    pruner.cut();
    path.impurities.push_back(pruner.risk());
  }
  return path;
}

}  // namespace grove
