#pragma once

#include "cluster/reachability/spanning_tree.hpp"
#include "neighbors/search.hpp"

// The ways to a spanning tree. Weights and core distances are reduced ones here, edges in any
// order.

namespace grove::cluster {

struct SpanningTask {
  std::string_view who;
  const MatrixView& points;
  const ReducedDistance& reduced;
  const Reachability& reachability;
  double scale;  // what alpha makes of a reduced distance
  const Context& context;

  Index n() const { return points.rows(); }
  const double* row(Index i) const { return points.data() + i * points.outerStride(); }
  bool has_cores() const { return reachability.min_samples > 1; }
  double count(Index row) const {
    return reachability.counts == nullptr ? 1 : reachability.counts[row];
  }
};

SpanningTree spanning_tree_by_boruvka(const SpanningTask& task);
SpanningTree spanning_tree_by_prim(const SpanningTask& task);

/// Core distance of each row, one query at a time; O(n) memory. `order`: the rows in an order that
/// keeps near ones together; null: as they come.
std::vector<double> core_distances_by_search(const SpanningTask& task, const SearchBackEnd& search,
                                             const std::uint32_t* order);

/// Whether edge (weight, x, y) goes before (other_weight, u, v).
inline bool edge_before(double weight, std::uint32_t x, std::uint32_t y, double other_weight,
                        std::uint32_t u, std::uint32_t v) {
  if (weight != other_weight) return weight < other_weight;
  const std::uint32_t a = x < y ? x : y;
  const std::uint32_t c = u < v ? u : v;
  if (a != c) return a < c;
  return (x < y ? y : x) < (u < v ? v : u);
}

}  // namespace grove::cluster
