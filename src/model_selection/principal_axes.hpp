#pragma once

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

namespace grove {

struct PrincipalAxes {
  Vector mean;
  Matrix axes;       // d x d: axis j is column j, by decreasing variance; largest entry positive
  Vector variances;  // of the points along them (divisor n)
};

/// By the covariance matrix: O(n d^2 + d^3). x is finite and has rows.
PrincipalAxes principal_axes(const MatrixView& x, const Context& context);

}  // namespace grove
