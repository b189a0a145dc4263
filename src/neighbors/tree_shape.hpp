#pragma once

#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// A node, and all below it, of a tree whose leaves are all full but the last, so that the number of
/// points alone says what it looks like. Node 0 is the root; a node's left child follows it, the
/// right one follows the left subtree.
struct Subtree {
  Index id;
  Index first_leaf;
  Index n_leaves;

  bool is_leaf() const { return n_leaves == 1; }
  Subtree left() const { return {id + 1, first_leaf, (n_leaves + 1) / 2}; }
  Subtree right() const {
    const Index c = (n_leaves + 1) / 2;
    return {id + 2 * c, first_leaf + c, n_leaves - c};
  }
};

/// f(node) for a node and all below it, parents first.
template <class F>
void each_node(const Subtree& node, const F& f) {
  f(node);
  if (node.is_leaf()) return;
  each_node(node.left(), f);
  each_node(node.right(), f);
}

/// The inner nodes near the root, level by level: f(nodes of a level). Returns the nodes below
/// them, enough to keep all threads busy.
template <class F>
std::vector<Subtree> each_level(Index n_leaves, const F& f) {
  constexpr std::size_t tasks_wanted = 64;
  std::vector<Subtree> level{{0, 0, n_leaves}};
  while (level.size() < tasks_wanted && !level.front().is_leaf()) {
    f(level);
    std::vector<Subtree> next;
    for (const Subtree& node : level) {
      if (node.is_leaf()) continue;
      next.push_back(node.left());
      next.push_back(node.right());
    }
    level = std::move(next);
  }
  return level;
}

}  // namespace grove
