#pragma once

#include <vector>

namespace grove {

/// The integral over (0, 1) is the sum of weights[q] * f(points[q]); all points lie inside.
struct Quadrature {
  std::vector<double> points, weights;
};

/// Gauss-Legendre: exact for polynomials up to degree 2 n_points - 1. O(n_points^2).
Quadrature gauss_legendre(int n_points);

}  // namespace grove
