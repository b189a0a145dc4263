#pragma once

#include <vector>

#include "cluster/linkage_kernels.hpp"
#include "neighbors/kd_order.hpp"

namespace grove::cluster {

/// A KD-tree over cluster centres for the nearest by Ward's distance: a box is as near as its
/// nearest corner or side, seen with the smallest size in it.
class CenterTree {
 public:
  /// Centre i is called i.
  CenterTree(const MatrixView& centers, const std::vector<double>& sizes, const Context& context);

  Index n_places() const { return order_.n_points; }
  Index name(Index place) const { return order_.rows[static_cast<std::size_t>(place)]; }

  struct Work {
    std::uint64_t distance_evaluations = 0;
    std::uint64_t nodes_visited = 0;
  };
  /// The nearest other one of the centre at this place. `query` has room for d values.
  NearestCenter nearest(Index place, double* query, Work& work) const;

 private:
  double bound(const CenterQuery& query, Index node) const;
  void scan_leaf(const CenterQuery& query, Index leaf, NearestCenter& best, Work& work) const;

  static constexpr int chunks_a_leaf = 1;
  LinkageKernels kernels_;
  KdOrder order_;
  std::vector<float> boxes_;
  std::vector<double> sizes_, least_sizes_;  // of places; of nodes
  std::vector<std::uint32_t> names_;
  CenterChunks chunks_;
};

}  // namespace grove::cluster
