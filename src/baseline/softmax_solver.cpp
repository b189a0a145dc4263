#include "baseline/softmax_solver.hpp"

#include <Eigen/Cholesky>
#include <cmath>

#include "baseline/class_model.hpp"
#include "grove/core/parallel.hpp"

namespace grove::baseline {

namespace {

/// log(1 + exp(z)) without overflow.
double softplus(double z) { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); }

double dot(const Matrix& a, const Matrix& b) { return a.cwiseProduct(b).sum(); }

/// Parameters are one matrix: a row per score, the columns of x, then the intercept if there is
/// one.
class Newton {
 public:
  Newton(const SoftmaxProblem& problem, const Context& context)
      : p_(problem),
        context_(context),
        n_(problem.x.rows()),
        d_(problem.x.cols()),
        width_(d_ + (problem.fit_intercept ? 1 : 0)),
        scores_(problem.n_classes == 2 ? 1 : problem.n_classes),
        grain_(reduction_grain(n_, 512)),
        proba_(n_, scores_) {}

  SoftmaxSolution run();

 private:
  struct LossAndGradient {
    double loss;
    Matrix gradient;
  };
  LossAndGradient evaluate(const Matrix& theta);
  Matrix hessian_times(const Matrix& direction) const;
  Matrix step_for(const Matrix& gradient);
  bool line_search(const Matrix& step, double slope);
  double block_loss(Matrix& scores, Index begin);
  void remove_shift(Matrix& theta) const;

  /// x of rows begin.. times theta', with the intercept.
  Matrix scores_of(const Matrix& theta, Index begin, Index rows) const {
    Matrix scores(rows, scores_);
    scores.noalias() = p_.x.middleRows(begin, rows) * theta.leftCols(d_).transpose();
    if (width_ > d_) scores.rowwise() += theta.col(d_).transpose();
    return scores;
  }
  /// residuals' times x, with the intercept.
  Matrix back(const Matrix& residuals, Index begin) const {
    Matrix sum(scores_, width_);
    sum.leftCols(d_).noalias() = residuals.transpose() * p_.x.middleRows(begin, residuals.rows());
    if (width_ > d_) sum.col(d_) = residuals.colwise().sum().transpose();
    return sum;
  }
  Matrix gram(const Vector& row_weights) const;
  void prepare();
  void factorise(Index score, const Matrix& hessian);
  Matrix precondition(const Matrix& residual) const;
  double curvature(Index row, Index score) const {
    return p_.weights(row) * proba_(row, score) * (1 - proba_(row, score));
  }

  const SoftmaxProblem& p_;
  const Context& context_;
  Index n_, d_, width_, scores_, grain_;
  Matrix proba_;  // at the last evaluated parameters
  Matrix theta_;
  LossAndGradient current_{0, {}};
  Matrix shared_gram_;  // of all rows, when one per class would cost too much
  std::vector<Eigen::LLT<Eigen::MatrixXd>> factors_;
  double first_decrement_ = 0;
};

/// Scores become probabilities; returns the weighted loss.
double Newton::block_loss(Matrix& scores, Index begin) {
  double loss = 0;
  for (Index i = 0; i < scores.rows(); ++i) {
    const double w = p_.weights(begin + i);
    const int y = p_.y(begin + i);
    if (scores_ == 1) {
      const double z = scores(i, 0);
      if (w > 0) loss += w * (softplus(z) - (y == 1 ? z : 0.0));
      scores(i, 0) = z >= 0 ? 1 / (1 + std::exp(-z)) : std::exp(z) / (1 + std::exp(z));
      continue;
    }
    auto row = scores.row(i);
    const double own = row(y);
    const double top = row.maxCoeff();
    row = (row.array() - top).exp().matrix();
    const double sum = row.sum();
    if (w > 0) loss += w * (std::log(sum) + top - own);
    row /= sum;
  }
  return loss;
}

Newton::LossAndGradient Newton::evaluate(const Matrix& theta) {
  const LossAndGradient zero{0, Matrix::Zero(scores_, width_)};
  LossAndGradient total = parallel_reduce(
      context_, n_, grain_, zero,
      [&](Index begin, Index end) {
        context_.check_stop("LogisticRegression");
        Matrix scores = scores_of(theta, begin, end - begin);
        const double loss = block_loss(scores, begin);
        proba_.middleRows(begin, end - begin) = scores;
        for (Index i = 0; i < scores.rows(); ++i) {
          const int y = p_.y(begin + i);
          if (scores_ == 1) {
            scores(i, 0) -= y;
          } else {
            scores(i, y) -= 1;
          }
          scores.row(i) *= p_.weights(begin + i);
        }
        return LossAndGradient{loss, back(scores, begin)};
      },
      [](LossAndGradient& sum, const LossAndGradient& part) {
        sum.loss += part.loss;
        sum.gradient += part.gradient;
      });
  total.loss += 0.5 * p_.l2 * theta.leftCols(d_).squaredNorm();
  total.gradient.leftCols(d_) += p_.l2 * theta.leftCols(d_);
  return total;
}

Matrix Newton::hessian_times(const Matrix& direction) const {
  Matrix product = parallel_reduce(
      context_, n_, grain_, Matrix(Matrix::Zero(scores_, width_)),
      [&](Index begin, Index end) {
        Matrix change = scores_of(direction, begin, end - begin);
        for (Index i = 0; i < change.rows(); ++i) {
          const auto proba = proba_.row(begin + i);
          const double w = p_.weights(begin + i);
          if (scores_ == 1) {
            change(i, 0) *= curvature(begin + i, 0);
          } else {
            const double mean = change.row(i).dot(proba);
            change.row(i) = w * (change.row(i).array() - mean) * proba.array();
          }
        }
        return back(change, begin);
      },
      [](Matrix& sum, const Matrix& part) { sum += part; });
  product.leftCols(d_) += p_.l2 * direction.leftCols(d_);
  return product;
}

/// sum of row_weights x x' with the intercept's column; the lower half.
Matrix Newton::gram(const Vector& row_weights) const {
  return parallel_reduce(
      context_, n_, grain_, Matrix(Matrix::Zero(width_, width_)),
      [&](Index begin, Index end) {
        context_.check_stop("LogisticRegression");
        const Vector root = row_weights.segment(begin, end - begin).cwiseSqrt();
        Eigen::MatrixXd rows(end - begin, width_);
        rows.leftCols(d_) = root.asDiagonal() * p_.x.middleRows(begin, end - begin);
        if (width_ > d_) rows.col(d_) = root;
        Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(width_, width_);
        sum.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
        return Matrix(sum);
      },
      [](Matrix& sum, const Matrix& part) { sum += part; });
}

void Newton::factorise(Index score, const Matrix& hessian) {
  Eigen::MatrixXd regular = hessian;
  for (Index j = 0; j < width_; ++j) {
    if (j < d_) regular(j, j) += p_.l2;
    // Relative to each column's own scale, so that a small one is not drowned.
    regular(j, j) = regular(j, j) > 0 ? regular(j, j) * (1 + 1e-9) : 1.0;
  }
  auto& factor = factors_[static_cast<std::size_t>(score)];
  factor.compute(regular);
  if (factor.info() == Eigen::Success) return;
  const Vector diagonal = regular.diagonal();
  factor.compute(Eigen::MatrixXd(diagonal.asDiagonal()));
}

/// One Cholesky factor per score: of its own block of the Hessian, or, where that would cost too
/// much, of the Gram matrix of all rows scaled to the block's size.
void Newton::prepare() {
  factors_.resize(static_cast<std::size_t>(scores_));
  // A block of its own costs as much as width/4 products; that many it may save.
  const bool own_blocks = width_ <= (scores_ == 1 ? 256 : 64);
  if (!own_blocks && shared_gram_.size() == 0) shared_gram_ = gram(p_.weights);
  const double total = p_.weights.sum();
  Vector curvatures(n_);
  for (Index k = 0; k < scores_; ++k) {
    for (Index i = 0; i < n_; ++i) curvatures(i) = curvature(i, k);
    if (own_blocks) {
      factorise(k, gram(curvatures));
    } else {
      factorise(k, shared_gram_ * (curvatures.sum() / total));
    }
  }
}

Matrix Newton::precondition(const Matrix& residual) const {
  Matrix result(scores_, width_);
  for (Index k = 0; k < scores_; ++k)
    result.row(k) = factors_[static_cast<std::size_t>(k)]
                        .solve(Vector(residual.row(k).transpose()))
                        .transpose();
  return result;
}

/// Solves Hessian * step = -gradient, more exactly the nearer the optimum is.
Matrix Newton::step_for(const Matrix& gradient) {
  prepare();
  Matrix step = Matrix::Zero(scores_, width_);
  Matrix residual = -gradient;
  Matrix conditioned = precondition(residual);
  Matrix direction = conditioned;
  double rz = dot(residual, conditioned);
  const double first = rz;
  if (first_decrement_ == 0) first_decrement_ = first;
  const double forcing = std::min(0.1, std::sqrt(first / first_decrement_));
  for (int round = 0; round < 1000 && rz > forcing * forcing * first; ++round) {
    const Matrix product = hessian_times(direction);
    context_.count("hessian_products", 1);
    const double bend = dot(direction, product);
    if (!(bend > 0)) break;
    const double length = rz / bend;
    step += length * direction;
    residual -= length * product;
    conditioned = precondition(residual);
    const double next = dot(residual, conditioned);
    direction = conditioned + (next / rz) * direction;
    rz = next;
  }
  if (step.isZero(0)) step = precondition(-gradient);
  return step;
}

/// Halves the step until the loss falls enough (Armijo); false if it does not.
bool Newton::line_search(const Matrix& step, double slope) {
  const double rounding = 1e-14 * std::abs(current_.loss);
  double length = 1;
  for (int trial = 0; trial < 50; ++trial, length *= 0.5) {
    Matrix candidate = theta_ + length * step;
    LossAndGradient next = evaluate(candidate);
    if (std::isfinite(next.loss) && next.gradient.allFinite() &&
        next.loss <= current_.loss + 1e-4 * length * slope + rounding) {
      theta_ = std::move(candidate);
      current_ = std::move(next);
      return true;
    }
  }
  return false;
}

/// Adding the same to every class changes no probability; the optimum without that freedom is the
/// one whose classes sum to 0.
void Newton::remove_shift(Matrix& theta) const {
  if (scores_ == 1) return;
  const Index from = p_.l2 > 0 ? d_ : 0;
  for (Index j = from; j < width_; ++j) theta.col(j).array() -= theta.col(j).mean();
}

SoftmaxSolution Newton::run() {
  SoftmaxSolution solution;
  theta_ = Matrix::Zero(scores_, width_);
  current_ = evaluate(theta_);
  solution.loss_curve.push_back(current_.loss);
  const auto largest = [&] { return current_.gradient.cwiseAbs().maxCoeff(); };
  solution.converged = largest() <= p_.tol;
  while (!solution.converged && solution.iterations < p_.max_iter) {
    const Matrix step = step_for(current_.gradient);
    const double slope = dot(current_.gradient, step);
    // Twice the expected fall of the loss; below rounding there is nothing left to gain.
    const bool last = -slope <= 1e-15 * std::abs(current_.loss);
    const bool moved = line_search(step, slope);
    ++solution.iterations;
    solution.loss_curve.push_back(current_.loss);
    solution.converged =
        last || largest() <= p_.tol || (!moved && -slope <= 1e-10 * std::abs(current_.loss));
    if (!moved) break;
  }
  remove_shift(theta_);
  solution.coef = theta_.leftCols(d_);
  solution.intercept = width_ > d_ ? Vector(theta_.col(d_)) : Vector(Vector::Zero(scores_));
  solution.gradient = largest();
  return solution;
}

}  // namespace

SoftmaxSolution solve_softmax(const SoftmaxProblem& problem, const Context& context) {
  return Newton(problem, context).run();
}

}  // namespace grove::baseline
