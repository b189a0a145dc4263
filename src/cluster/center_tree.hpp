#pragma once

#include <vector>

#include "cluster/linkage_kernels.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/tree_shape.hpp"

namespace grove::cluster {

/// A KD-tree over cluster centres for the nearest by Ward's distance: a box is as far as its
/// nearest corner or side, seen with the smallest size in it. Four levels of halves are one node of
/// 16 boxes, which are looked at together.
class CenterTree {
 public:
  /// Centre i is called i.
  CenterTree(const MatrixView& centers, const std::vector<double>& sizes, const Context& context);

  Index n_places() const { return order_.n_points; }
  Index name(Index place) const { return order_.rows[static_cast<std::size_t>(place)]; }

  /// What a search works in.
  struct Room {
    explicit Room(Index d)
        : point(static_cast<std::size_t>(d)), bounds(static_cast<std::size_t>(2 * d)) {}
    std::vector<double> point;
    std::vector<float> bounds;
    TreeWork work;
  };
  /// The nearest other one of the centre at this place.
  NearestCenter nearest(Index place, Room& room) const;

 private:
  double least_size(const Subtree& node, std::vector<double>& least) const;
  std::int32_t add_node(const Subtree& node, const std::vector<float>& boxes,
                        const std::vector<double>& least);

  LinkageKernels kernels_;
  KdOrder order_;
  std::vector<double> sizes_;  // of places
  std::vector<std::uint32_t> names_;
  std::vector<float> boxes_;
  std::vector<double> least_sizes_;
  std::vector<std::int32_t> children_;
  CenterChunks chunks_;
  BoxTree tree_;
};

}  // namespace grove::cluster
