#pragma once

#include <vector>

#include "cluster/mixture/mixture_scan.hpp"
#include "grove/core/types.hpp"

namespace grove::cluster {

/// A copy of points, some hundred at a time coordinate by coordinate: a point meets them in vector
/// registers. Each distance is the sum over the columns in their order: the same bits from either
/// end of a pair.
class PointPanels {
 public:
  explicit PointPanels(const MatrixView& x);

  /// Squared euclidean distances from `point` to all points; `out` has room for n_points().
  void squared(const double* point, double* out) const;
  Index n_points() const { return n_; }

 private:
  static constexpr Index rows_a_panel = 256;
  MixtureScan loops_;
  Index n_;
  Index d_;
  std::vector<double> values_;
};

/// Throws InvalidData naming `who` and `what` if n x n numbers, `matrices` times, take more than 4
/// GiB.
void check_square_memory(std::string_view who, std::string_view what, Index n, int matrices,
                         const std::string& hint);

}  // namespace grove::cluster
