#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "neighbors/reduced_distance.hpp"

// The walk of OPTICS.

namespace grove::cluster {

struct Walk {
  std::vector<Index> ordering;
  Vector reachability;  // of each row
  Labels predecessor;
};

struct WalkTask {
  std::string_view who;
  const MatrixView& points;  // as a metric space prepares them
  const ReducedDistance& reduced;
  const Vector& core_distances;             // true ones; inf: reaches nothing
  const std::vector<std::uint32_t>& group;  // of each row: equal rows share one
  double max_eps;                           // true; inf: no limit
  const Context& context;

  Index n() const { return points.rows(); }
  const double* row(Index i) const { return points.data() + i * points.outerStride(); }
};

/// In a KD-tree: see the header of OPTICS. The metric is a norm, or a square.
Walk walk_by_tree(const WalkTask& task);
/// By distances from each point to all that are left.
Walk walk_by_all(const WalkTask& task);
Walk walk(const WalkTask& task);

}  // namespace grove::cluster
