#pragma once

#include <string_view>

#include "cluster/linkage/nearest_rows.hpp"
#include "cluster/linkage/point_merges.hpp"
#include "cluster/reachability/spanning_tree.hpp"
#include "grove/cluster/agglomerative_clustering.hpp"
#include "neighbors/metric_space.hpp"

// The ways to build a dendrogram. All are exact; see AgglomerativeClustering for the rules of ties.
// `sizes` say how many points stand at each row; the merges of these points are not among those
// that are returned, which join the rows.

namespace grove::cluster {

/// Complete, average and weighted, from a triangle of distances: 4 m (m - 1) bytes for the m
/// clusters that the first rounds leave. `nearest` holds the nearest of each point, or nothing:
/// m = n. Throws InvalidData, naming `who`, if that is more than the machine's memory.
std::vector<PointMerge> matrix_linkage(std::string_view who, const MatrixView& points,
                                       const std::vector<double>& sizes, const MetricSpace& space,
                                       Linkage linkage, const NearestRows& nearest,
                                       const Context& context);

/// The same refusal before anything else is done, where it can be foreseen.
void check_matrix_room(std::string_view who, const MatrixView& points, const MetricSpace& space,
                       bool searched);

/// Ward from the centres alone: memory O(n d).
std::vector<PointMerge> ward_linkage(std::string_view who, const MatrixView& points,
                                     const std::vector<double>& sizes, const Context& context);

/// Centroid and median, whose distances can shrink, from the centres alone: memory O(n d). The
/// merges are in their order.
std::vector<PointMerge> center_linkage(std::string_view who, const MatrixView& points,
                                       const std::vector<double>& sizes, Linkage linkage,
                                       const Context& context);

/// Single from the minimum spanning tree: memory O(n d), any metric.
Dendrogram single_linkage_tree(std::string_view who, const MatrixView& points,
                               const MetricSpace& space, const Context& context);

struct ConnectedTree {
  Dendrogram tree;
  Index n_components = 1;
};

/// Any linkage, merging only clusters that an edge joins. Each edge once, a < b, with any weight.
ConnectedTree connected_linkage(std::string_view who, const MatrixView& points,
                                const MetricSpace& space, Linkage linkage, std::vector<Edge> edges,
                                const Context& context);

}  // namespace grove::cluster
