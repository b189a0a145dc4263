#include "baseline/least_squares.hpp"

#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <vector>

#include "baseline/class_model.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::baseline {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();

Matrix r_of(Eigen::MatrixXd rows) {
  const Index kept = std::min(rows.rows(), rows.cols());
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(std::move(rows));
  return qr.matrixQR().topRows(kept).template triangularView<Eigen::Upper>();
}

}  // namespace

Matrix tall_r(Index n, Index columns,
              const std::function<Eigen::MatrixXd(Index begin, Index end)>& block,
              const Context& context) {
  return parallel_reduce(
      context, n, reduction_grain(n, std::max<Index>(1024, 4 * columns)), Matrix(0, columns),
      [&](Index begin, Index end) { return r_of(block(begin, end)); },
      [&](Matrix& total, const Matrix& part) {
        if (total.rows() == 0) {
          total = part;
          return;
        }
        Eigen::MatrixXd stacked(total.rows() + part.rows(), columns);
        stacked << total, part;
        total = r_of(std::move(stacked));
      });
}

namespace {

struct Centred {
  Vector column_means;
  double target_mean = 0;
  Matrix r;  // of [x - means, y - mean] times the square root of the weights
};

double weighted_mean(const Vector& values, const Vector* weights) {
  if (weights == nullptr) {
    const double mean = values.mean();
    return mean + (values.array() - mean).mean();
  }
  const double total = weights->sum();
  const double mean = values.dot(*weights) / total;
  return mean + (values.array() - mean).matrix().dot(*weights) / total;
}

Centred decompose(std::string_view who, const Dataset& data, bool fit_intercept,
                  const Context& context) {
  const Index d = data.n_columns();
  Centred result;
  result.column_means = Vector::Zero(d);
  Vector spread = Vector::Ones(d);
  if (fit_intercept) {
    const Moments columns = moments(data, context);
    result.column_means = columns.means;
    // What centring leaves of a constant column is rounding.
    for (Index j = 0; j < d; ++j)
      if (std::sqrt(columns.vars(j)) <= 10 * epsilon * std::abs(columns.means(j))) spread(j) = 0;
    result.target_mean = weighted_mean(data.target(), data.weights());
  }
  const MatrixMap x = data.x();
  const Vector* weights = data.weights();
  result.r = tall_r(
      x.rows(), d + 1,
      [&](Index begin, Index end) {
        context.check_stop(who);
        Eigen::MatrixXd rows(end - begin, d + 1);
        rows.leftCols(d) =
            (x.middleRows(begin, end - begin).rowwise() - result.column_means.transpose()) *
            spread.asDiagonal();
        rows.col(d) = (data.target().segment(begin, end - begin).array() - result.target_mean);
        if (weights != nullptr)
          rows = weights->segment(begin, end - begin).cwiseSqrt().asDiagonal() * rows;
        return rows;
      },
      context);
  return result;
}

/// Least squares on the triangle; the rank is judged on columns of equal length, so that units do
/// not matter. Columns that centring left empty get the coefficient 0.
LeastSquares solve_triangle(const Eigen::MatrixXd& r, const Vector& z) {
  std::vector<Index> kept;
  for (Index j = 0; j < r.cols(); ++j)
    if (r.col(j).norm() > 1e-150) kept.push_back(j);
  LeastSquares result;
  result.coef = Vector::Zero(r.cols());
  if (kept.empty()) return result;
  const Eigen::MatrixXd columns = r(Eigen::all, kept);
  const Vector lengths = columns.colwise().norm();
  const auto n_kept = static_cast<Index>(kept.size());
  const double threshold = 10 * epsilon * static_cast<double>(std::max<Index>(n_kept, 10));
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> scaled(r.rows(), n_kept);
  scaled.setThreshold(threshold);
  scaled.compute(columns * lengths.cwiseInverse().asDiagonal());
  result.rank = scaled.rank();
  if (result.rank == n_kept) {
    result.coef(kept) = Vector(scaled.solve(z)).cwiseQuotient(lengths);
    return result;
  }
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> least_norm(r.rows(), n_kept);
  least_norm.setThreshold(threshold);
  least_norm.compute(columns);
  result.coef(kept) = Vector(least_norm.solve(z));
  return result;
}

}  // namespace

LeastSquares least_squares(std::string_view who, const Dataset& data, double alpha,
                           bool fit_intercept, const Context& context) {
  const Centred centred = decompose(who, data, fit_intercept, context);
  const Index d = data.n_columns();
  const Index rows = centred.r.rows();
  const Index extra = alpha > 0 ? d : 0;
  Eigen::MatrixXd r = Eigen::MatrixXd::Zero(rows + extra, d);
  r.topRows(rows) = centred.r.leftCols(d);
  if (extra > 0) r.bottomRows(d).diagonal().setConstant(std::sqrt(alpha));
  Vector z = Vector::Zero(rows + extra);
  z.head(rows) = centred.r.col(d);
  LeastSquares result = solve_triangle(r, z);
  result.intercept = centred.target_mean - centred.column_means.dot(result.coef);
  if (!result.coef.allFinite() || !std::isfinite(result.intercept))
    throw InvalidData(concat(who, ": the coefficients overflow"),
                      "put StandardScaler() before it in a pipeline");
  return result;
}

}  // namespace grove::baseline
