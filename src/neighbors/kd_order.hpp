#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "neighbors/kd_search.hpp"

namespace grove {

/// Memory for chunks: aligned for vector registers, on large pages.
class ChunkMemory {
 public:
  explicit ChunkMemory(std::size_t n_values);
  double* data() const { return values_.get(); }

 private:
  struct Free {
    void operator()(double* values) const;
  };
  std::unique_ptr<double, Free> values_;
};

/// The order of points in a KD-tree: halves by the median of the widest column, again and again,
/// down to leaves of `chunks_a_leaf` chunks; points that are near each other end up side by side.
/// All leaves but the last are full, so that the shape of the tree depends on n alone. Time O(n log
/// n); memory one copy of the points and 4 bytes for each.
struct KdOrder {
  KdOrder(const MatrixView& points, int chunks_a_leaf, const Context& context);

  Index n_points;
  Index d;
  int chunks_a_leaf;
  Index n_leaves;
  ChunkMemory chunks;                 // see KdView; +inf beyond the last point
  std::vector<std::uint32_t> rows;    // of the point at each place
  std::vector<std::int32_t> columns;  // by which node v is halved

  const double* chunk(Index i) const { return chunks.data() + i * kd_lanes * d; }
  Index n_chunks() const { return (n_points + kd_lanes - 1) / kd_lanes; }
  int points_in_chunk(Index i) const;
  double value(Index place, Index column) const {
    return chunk(place / kd_lanes)[column * kd_lanes + place % kd_lanes];
  }
};

/// The bounding boxes of the tree's nodes: see KdView.
std::vector<float> bounding_boxes(const KdOrder& order, const Context& context);

}  // namespace grove
