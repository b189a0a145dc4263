#include "tree/quadrature.hpp"

#include <cmath>
#include <numbers>

namespace grove {

Quadrature gauss_legendre(int n_points) {
  Quadrature rule;
  for (int i = 0; i < n_points; ++i) {
    // Newton's method on the Legendre polynomial, from a start close to its i-th root.
    double x = std::cos(std::numbers::pi * (i + 0.75) / (n_points + 0.5));
    double slope = 1;
    for (int step = 0; step < 10; ++step) {
      double value = x, before = 1;
      for (int k = 2; k <= n_points; ++k) {
        const double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      slope = n_points * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    rule.points.push_back((1 - x) / 2);
    rule.weights.push_back(1 / ((1 - x * x) * slope * slope));
  }
  return rule;
}

}  // namespace grove
