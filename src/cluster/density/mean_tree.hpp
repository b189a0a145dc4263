#pragma once

#include <vector>

#include "cluster/density/density_search.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/search.hpp"
#include "neighbors/tree_shape.hpp"

namespace grove::cluster {

/// Points in a KD-tree that knows the sum of every node's points.
class MeanTree {
 public:
  MeanTree(const MatrixView& points, const Context& context);

  /// Adds up the points within; returns how many there are. `sum` has room for d values.
  Index sum_within(const double* center, const Within& within, double* sum, SearchWork& work) const;

 private:
  void add_up(const Subtree& node);
  Index count(const Subtree& node) const;

  KdOrder order_;
  std::vector<float> boxes_;
  std::vector<double> sums_;  // of node v: d values
};

}  // namespace grove::cluster
