#pragma once

#include <array>
#include <vector>

#include "grove/core/types.hpp"

// Squared distances from points to centres.

namespace grove::cluster {

/// Sum of squared differences in the order of the columns.
double squared_distance(const double* a, const double* b, Index n);

/// Centres in blocks of 8, coordinate by coordinate: a point meets 8 centres at once in vector
/// registers, while each lane adds up its own pair as `squared_distance` does: the same bits.
class CenterBlocks {
 public:
  static constexpr Index lanes = 8;
  using Block = std::array<double, lanes>;

  explicit CenterBlocks(const Matrix& centers);

  struct Nearest {
    double squared = 0;
    int label = 0;
  };
  /// The nearest centre, the lowest of equally near ones.
  Nearest nearest(const double* point) const;
  /// All distances, squared; `out` has room for n_centers().
  void squared(const double* point, double* out) const;
  Index n_centers() const { return k_; }

 private:
  void block(const double* point, Index first, Block& sums) const;
  Index k_;
  Index d_;
  std::vector<double> values_;
};

}  // namespace grove::cluster
