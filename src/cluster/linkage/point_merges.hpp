#pragma once

#include <cstdint>
#include <vector>

#include "grove/cluster/dendrogram.hpp"

namespace grove::cluster {

/// Two clusters, each told by one of its points, become one.
struct PointMerge {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double height = 0;
};

enum class MergeOrder { by_height, as_given };

/// The tree of n - 1 merges that join all points. By height: those of equal height as given.
Dendrogram dendrogram_of(std::vector<PointMerge> merges, MergeOrder order);

}  // namespace grove::cluster
