#pragma once

#include <functional>
#include <string_view>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove::baseline {

/// The factor R of a QR decomposition of a tall matrix given by blocks of its rows: at most
/// `columns` rows, upper triangular. Blocks depend on n alone. O(n columns^2).
Matrix tall_r(Index n, Index columns,
              const std::function<Eigen::MatrixXd(Index begin, Index end)>& block,
              const Context& context);

struct LeastSquares {
  Vector coef;
  double intercept = 0;
  Index rank = 0;  // of the centred columns; constant columns do not count
};

/// Minimises sum_i w_i (y_i - x_i coef - intercept)^2 + alpha |coef|^2; the solution of least norm
/// if alpha = 0 and the rank is deficient. Throws InvalidData if a coefficient overflows.
LeastSquares least_squares(std::string_view who, const Dataset& data, double alpha,
                           bool fit_intercept, const Context& context);

}  // namespace grove::baseline
