#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/random.hpp"
#include "grove/core/types.hpp"

// k-means on points with positive weights.

namespace grove::cluster {

struct Points {
  MatrixView x;
  const Vector& weights;
};

/// Starting centres, distinct points: greedy k-means++, or by weight alone. Throws InvalidData if
/// there are fewer than k distinct points.
Matrix draw_centers(std::string_view who, const Points& points, Index k, bool plus_plus, Rng rng,
                    const Context& context);

struct LloydResult {
  Matrix centers;
  double inertia = 0;
  bool converged = false;
  std::vector<double> loss_curve = {};
};

/// `least_shift` is absolute. In the end every centre is the nearest one of some point.
LloydResult lloyd(std::string_view who, const Points& points, Matrix centers, int max_iter,
                  double least_shift, const Context& context);

/// Number of different rows.
Index count_distinct(const MatrixView& x);

/// Blocks of rows: at most 64, depending on n alone.
Index row_grain(Index n);

}  // namespace grove::cluster
