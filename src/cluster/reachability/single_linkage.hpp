#pragma once

#include <cstdint>
#include <vector>

#include "cluster/reachability/spanning_tree.hpp"

namespace grove::cluster {

/// Clusters `left` and `right` become one: 0..n-1 are the points, n + i is what merge i makes.
/// left < right.
struct Merge {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  double height = 0;
  double size = 0;
};

/// The merges of single linkage from the edges of a spanning tree, ascending as `sort_edges` leaves
/// them: scipy's linkage matrix. O(n) but for the sets.
std::vector<Merge> single_linkage(const std::vector<Edge>& edges, Index n);

}  // namespace grove::cluster
