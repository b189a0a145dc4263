#include "model_selection/principal_axes.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>

#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

PrincipalAxes principal_axes(const MatrixView& x, const Context& context) {
  PrincipalAxes result;
  result.mean = x.colwise().mean().transpose();
  const Index d = x.cols();
  const Index grain = std::max<Index>(256, x.rows() / 64);
  const Matrix scatter = parallel_reduce(
      context, x.rows(), grain, Matrix(Matrix::Zero(d, d)),
      [&](Index begin, Index end) {
        Matrix sum = Matrix::Zero(d, d);
        for (Index at = begin; at < end; at += 256) {
          const Matrix centered =
              x.middleRows(at, std::min<Index>(256, end - at)).rowwise() - result.mean.transpose();
          sum.noalias() += centered.transpose() * centered;
        }
        return sum;
      },
      [](Matrix& total, const Matrix& part) { total += part; });
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(scatter /
                                                              static_cast<double>(x.rows()));
  if (solver.info() != Eigen::Success)
    throw InvalidData("the principal axes of the data could not be computed",
                      "look for columns of very different size, and scale them");
  result.axes = solver.eigenvectors().rowwise().reverse();
  result.variances = solver.eigenvalues().reverse().cwiseMax(0);
  for (Index j = 0; j < d; ++j) {
    Index largest = 0;
    result.axes.col(j).cwiseAbs().maxCoeff(&largest);
    if (result.axes(largest, j) < 0) result.axes.col(j) *= -1;
  }
  return result;
}

}  // namespace grove
