#pragma once

#include <vector>

#include "cluster/linkage/linkage_kernels.hpp"
#include "cluster/linkage/nearest_rows.hpp"
#include "cluster/linkage/point_merges.hpp"
#include "grove/cluster/agglomerative_clustering.hpp"
#include "neighbors/metric_space.hpp"
#include "neighbors/point_blocks.hpp"

// The first rounds of complete, average and weighted linkage, without a table of distances.

namespace grove::cluster {

/// A small cluster: the last of its points is its name. Its distance to another is the sum of its
/// points' distances by weight (average, weighted) or the largest of them (complete).
struct PointGroup {
  std::vector<Index> points;
  std::vector<double> weights;
  double size = 1;
  double height = 0;
};

std::vector<PointGroup> single_points(const std::vector<double>& sizes);

/// Merges all that are each other's nearest, in the place of the later, and records it. False, and
/// nothing is merged, if there are fewer pairs than one in `least_share` clusters.
bool merge_mutual(std::vector<PointGroup>& groups, const NearestRows& nearest, Linkage linkage,
                  Index least_share, std::vector<PointMerge>& merges);

/// Distances between groups, from those of their points.
class GroupMeasure {
 public:
  GroupMeasure(const MatrixView& points, const MetricSpace& space,
               const std::vector<PointGroup>& groups, bool largest, const Context& context);
  /// Those of group i to groups 0..i-1; `row` has room for i, `room` is worked in. Throws
  /// InvalidData for what a user's distance must not return.
  void fill(Index i, double* row, std::vector<double>& room) const;
  Index n_groups() const { return static_cast<Index>(groups_.size()); }

 private:
  /// Member number l of each group that has so many.
  struct Level {
    OrderedBlocks points;
    std::vector<Index> groups;  // ascending
    std::vector<double> weights;
    std::vector<Index> n_before;  // members of the groups before a group
  };
  void measure(const Level& level, const PointGroup& group, Index n, double* sums) const;

  const MatrixView& points_;
  const ReducedDistance& reduced_;
  const std::vector<PointGroup>& groups_;
  bool largest_;
  LinkageKernels kernels_;
  std::vector<Level> levels_;
};

}  // namespace grove::cluster
