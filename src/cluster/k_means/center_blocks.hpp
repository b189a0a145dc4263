#pragma once

#include <vector>

#include "cluster/k_means/center_scan.hpp"
#include "grove/core/types.hpp"

// Squared distances from points to centres, to the last bit the same whichever way they are taken.

namespace grove::cluster {

/// Of two points, by CenterKernels::squared.
inline double squared_distance(const double* a, const double* b, Index n) {
  return center_kernels().squared(a, b, n);
}

/// Centres in blocks of 8, coordinate by coordinate: a point meets 8 of them at once.
class CenterBlocks {
 public:
  explicit CenterBlocks(const Matrix& centers);

  struct Nearest {
    double squared = 0;
    int label = 0;
    double second = 0;  // the next nearest, equal if tied; +inf if there is one centre
  };
  /// The nearest centre, the lowest of equally near ones.
  Nearest nearest(const double* point) const;
  /// All distances, squared; `out` has room for n_centers().
  void squared(const double* point, double* out) const;
  Index n_centers() const { return k_; }

 private:
  const double* block(Index first) const { return values_.data() + first * d_; }
  Index k_;
  Index d_;
  std::vector<double> values_;
};

}  // namespace grove::cluster
