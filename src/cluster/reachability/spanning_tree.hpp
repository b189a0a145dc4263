#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "neighbors/reduced_distance.hpp"

// The minimum spanning tree of points: the core of single linkage and of density clustering.

namespace grove::cluster {

/// Between rows a < b.
struct Edge {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double weight = 0;
};

/// The weight of an edge: max(core of a, core of b, distance / alpha), where the core distance of a
/// point is the least radius about it that holds min_samples points, itself among them (Campello,
/// Moulavi & Sander 2013). min_samples = 1 is the distance alone.
struct Reachability {
  Index min_samples = 1;
  double alpha = 1;
  /// How many points stand at each row, at least 1; null: one.
  const double* counts = nullptr;
};

struct SpanningTree {
  std::vector<Edge> edges;             // n - 1, ascending by (weight, a, b)
  std::vector<double> core_distances;  // of each row; empty for min_samples = 1
};

/// The minimum spanning tree of rows that all differ, as a metric space prepares them. Of edges of
/// equal weight (compared before the root is taken, where a metric takes one) the one with the
/// lower rows goes first, by (a, b), so that there is one such tree, whatever the threads and the
/// method:
/// - norms, cosine and mahalanobis in up to 32 columns: Boruvka's rounds, in each of which every
///   component looks for its least link in a KD-tree whose nodes know their components (March, Ram
///   & Gray 2010). Links that a point has found before, or that its nearest neighbours tell, cost
///   no search. About O(n log n) time; 100 bytes a point.
/// - else Prim's method: O(n^2) time, O(n) memory.
/// Counts of fewer than min_samples points in all throw InvalidData naming `who`.
SpanningTree spanning_tree(std::string_view who, const MatrixView& points,
                           const ReducedDistance& reduced, const Reachability& reachability,
                           const Context& context);

/// The same of any rows, by distance alone: copies of a row join its first one.
std::vector<Edge> minimum_spanning_tree(std::string_view who, const MatrixView& points,
                                        const ReducedDistance& reduced, const Context& context);

/// Ascending by (weight, a, b).
void sort_edges(std::vector<Edge>& edges);

}  // namespace grove::cluster
