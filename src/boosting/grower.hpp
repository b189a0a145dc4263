#pragma once

#include <cstdint>
#include <vector>

#include "boosting/binning.hpp"
#include "grove/boosting/gradient_boosting.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

/// Gradients, hessians and weights of the rows as integers, so that their sums do not depend on
/// order. A unit is 2^-shift of the real quantity.
struct FixedPoint {
  std::vector<std::int64_t> gradients, hessians, weights;
  double gradient_unit = 1, hessian_unit = 1, weight_unit = 1;
};

/// Quantities per unit of weight and the weights; `rows` are those that take part.
FixedPoint to_fixed_point(const Vector& gradients, const Vector& hessians, const Vector& weights,
                          const std::vector<std::int32_t>& rows);

/// Grows one tree on `rows`, the leaf with the largest gain first; equal gains go to the earlier
/// node, the lower column and the lower bin. Values are -G / (H + l2) times the learning rate. Adds
/// each leaf's value to `scores` of the rows of the tree. `data` is asked for thresholds only.
Tree grow_tree(const BinnedData& data, const FixedPoint& sums, std::vector<std::int32_t> rows,
               const GradientBoostingParams& params, const Context& context,
               Eigen::Ref<Vector> scores);

}  // namespace grove
