#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "grove/core/types.hpp"

namespace grove::cluster {

/// A partition of 0..n-1 that starts with n sets of one (union-find; path halving). A set is named
/// by its lowest member, so that the name depends on neither the order of unions nor the threads.
/// Threads may call find, same and unite at once (Anderson & Woll 1991). 4 bytes a member.
class DisjointSets {
 public:
  using Id = std::uint32_t;

  explicit DisjointSets(Index n)
      : parents_(std::make_unique<std::atomic<Id>[]>(static_cast<std::size_t>(n))) {
    for (Id i = 0; i < static_cast<Id>(n); ++i) parents_[i].store(i, relaxed);
  }

  Id find(Id i) const {
    for (;;) {
      Id parent = parents_[i].load(relaxed);
      if (parent == i) return i;
      const Id grandparent = parents_[parent].load(relaxed);
      if (grandparent != parent)
        parents_[i].compare_exchange_weak(parent, grandparent, relaxed, relaxed);
      i = grandparent;
    }
  }
  /// True means one set for good; false may be out of date when threads unite.
  bool same(Id a, Id b) const { return find(a) == find(b); }
  /// False if they were one set already.
  bool unite(Id a, Id b) {
    for (;;) {
      a = find(a);
      b = find(b);
      if (a == b) return false;
      if (a < b) std::swap(a, b);
      Id root = a;  // the larger name goes below the smaller one, unless it has just been united
      if (parents_[a].compare_exchange_strong(root, b, relaxed, relaxed)) return true;
    }
  }

 private:
  static constexpr std::memory_order relaxed = std::memory_order_relaxed;
  std::unique_ptr<std::atomic<Id>[]> parents_;
};

}  // namespace grove::cluster
