#pragma once

#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

namespace grove::baseline {

/// sum_i w_i loss_i + l2/2 |coef|^2, loss = logistic (n_classes = 2) or softmax.
struct SoftmaxProblem {
  MatrixMap x;
  Labels y;        // 0..n_classes-1
  Vector weights;  // 0 leaves a row out
  Index n_classes = 2;
  double l2 = 0;
  bool fit_intercept = true;
  int max_iter = 100;
  double tol = 1e-4;
};

struct SoftmaxSolution {
  Matrix coef;  // one row for two classes, else one per class
  Vector intercept;
  Index iterations = 0;
  bool converged = false;
  double gradient = 0;  // largest component at the end
  std::vector<double> loss_curve;
};

/// Newton's method, each step by preconditioned conjugate gradients, with backtracking.
SoftmaxSolution solve_softmax(const SoftmaxProblem& problem, const Context& context);

}  // namespace grove::baseline
