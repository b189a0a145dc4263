#include "cluster/mixture/mixture.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

MixtureScan mixture_scan() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::mixture_scan();
  if (__builtin_cpu_supports("avx2")) return avx2::mixture_scan();
#endif
  return baseline::mixture_scan();
}

double exact_log(double x) {
  int n = 0;
  double f = std::frexp(x, &n);
  if (f < std::numbers::sqrt2 / 2) {
    f *= 2;
    --n;
  }
  const double t = (f - 1) / (f + 1);
  const double t2 = t * t;
  double series = 2.0 / 23;
  for (int i = 21; i >= 3; i -= 2) series = series * t2 + 2.0 / i;
  return n * 0x1.62e42fee00000p-1 + (n * 0x1.a39ef35793c76p-33 + (t * 2 + t * t2 * series));
}

namespace {

MixtureShape shape_of(CovarianceType type) {
  if (type == CovarianceType::full) return MixtureShape::full;
  return type == CovarianceType::tied ? MixtureShape::tied : MixtureShape::diagonal;
}

/// Rows that the inner loops take at once: their offsets fill the first cache.
Index rows_at_once(Index d) {
  return std::clamp<Index>(4096 / d / mixture_rows * mixture_rows, 64, 512);
}

/// Blocks whose moments together take at most half of the memory of the rows.
Index row_grain(Index n, Index k, Index d) {
  const Index step = rows_at_once(d);
  const Index grain = std::max<Index>({512, 2 * k * d, (n + 63) / 64});
  return (grain + step - 1) / step * step;
}

/// A mixture as the inner loops read it.
class Task {
 public:
  explicit Task(const Mixture& mixture) {
    const Index k = mixture.means.rows(), d = mixture.means.cols();
    task_.shape = shape_of(mixture.type);
    task_.k = static_cast<int>(k);
    task_.d = static_cast<int>(d);
    means_ = mixture.means;
    constants_.resize(k);
    if (mixture.type == CovarianceType::full) {
      for (const Matrix& factor : mixture.precisions_cholesky) pack(factor);
    } else if (mixture.type == CovarianceType::tied) {
      origin_ = mixture.means.row(0).transpose();
      pack(mixture.precisions_cholesky[0]);
      means_ = (mixture.means.rowwise() - origin_.transpose()) * mixture.precisions_cholesky[0];
    } else {
      const Matrix& factors = mixture.precisions_cholesky[0];
      for (Index c = 0; c < k; ++c)
        for (Index j = 0; j < d; ++j) factors_.push_back(factors(c, factors.cols() == 1 ? 0 : j));
    }
    for (Index c = 0; c < k; ++c) {
      double logs = exact_log(mixture.weights(c));
      for (Index j = 0; j < d; ++j) logs += exact_log(diagonal(mixture, c, j));
      constants_(c) = logs - 0.5 * static_cast<double>(d) * 1.8378770664093453;  // log(2 pi)
    }
    task_.origin = origin_.data();
    task_.means = means_.data();
    task_.factors = factors_.data();
    task_.constants = constants_.data();
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  const MixtureTask& operator*() const { return task_; }

 private:
  static double diagonal(const Mixture& mixture, Index c, Index j) {
    const std::vector<Matrix>& factors = mixture.precisions_cholesky;
    if (mixture.type == CovarianceType::full) return factors[static_cast<std::size_t>(c)](j, j);
    if (mixture.type == CovarianceType::tied) return factors[0](j, j);
    return factors[0](c, factors[0].cols() == 1 ? 0 : j);
  }
  void pack(const Matrix& triangle) {
    const Index d = triangle.cols();
    for (Index m = 0; m < d; m += 4)
      for (Index j = 0; j < std::min(m + 4, d); ++j)
        for (Index q = m; q < m + 4; ++q)
          factors_.push_back(q < d && j <= q ? triangle(j, q) : 0.0);
  }

  MixtureTask task_;
  Vector origin_;
  Matrix means_;
  std::vector<double> factors_;
  Vector constants_;
};

/// Memory of one thread for a few rows at once.
class Room {
 public:
  Room(Index d, Index k)
      : step_(rows_at_once(d)),
        x_(d, step_),
        weights_(step_),
        room_(2 * (d + 1), step_),
        values_(k, step_),
        norms_(step_) {}

  Index step() const { return step_; }
  /// Rows [begin, end) of x; what is beyond them repeats the last one, with weight 0.
  MixtureBlock load(const MatrixView& x, const Vector* weights, Index begin, Index end) {
    const Index n = end - begin;
    const Index rows = (n + mixture_rows - 1) / mixture_rows * mixture_rows;
    Eigen::Map<Matrix> block(x_.data(), x.cols(), rows);
    block.leftCols(n) = x.middleRows(begin, n).transpose();
    for (Index r = n; r < rows; ++r) block.col(r) = block.col(n - 1);
    for (Index r = 0; r < rows; ++r)
      weights_(r) = r >= n ? 0.0 : (weights == nullptr ? 1.0 : (*weights)(begin + r));
    return {static_cast<int>(rows), x_.data(),      weights_.data(),
            room_.data(),           values_.data(), norms_.data()};
  }

 private:
  Index step_;
  Matrix x_;
  Vector weights_;
  Matrix room_;
  Matrix values_;
  Vector norms_;
};

Moments no_moments(CovarianceType type, Index k, Index d) {
  const bool full = type == CovarianceType::full, tied = type == CovarianceType::tied;
  return {0, Vector::Zero(k), Matrix::Zero(k, d),
          Matrix::Zero(full ? k * d : (tied ? 0 : k), tied ? 0 : d)};
}

/// `fill` gives the responsibilities of a loaded block, and its norms or zeros.
template <class Fill>
Moments gather(const MixturePoints& points, CovarianceType type, const Matrix& centers,
               const Context& context, const Fill& fill) {
  const Index n = points.x.rows(), d = points.x.cols(), k = centers.rows();
  const MixtureScan loops = mixture_scan();
  return parallel_reduce(
      context, n, row_grain(n, k, d), no_moments(type, k, d),
      [&](Index begin, Index end) {
        context.check_stop(points.who);
        Room room(d, k);
        Moments part = no_moments(type, k, d);
        const MixtureSums sums{centers.data(), part.total.data(), part.first.data(),
                               part.second.data()};
        for (Index first = begin; first < end; first += room.step()) {
          const Index last = std::min(first + room.step(), end);
          const MixtureBlock block = room.load(points.x, points.weights, first, last);
          fill(block, first, last);
          for (Index r = 0; r < last - first; ++r)
            part.log_likelihood += block.weights[r] * block.norms[r];
          loops.moments(shape_of(type), static_cast<int>(k), static_cast<int>(d), block, sums);
        }
        return part;
      },
      [](Moments& total, const Moments& part) {
        total.log_likelihood += part.log_likelihood;
        total.total += part.total;
        total.first += part.first;
        total.second += part.second;
      });
}

[[noreturn]] void throw_collapsed(std::string_view who, CovarianceType type, Index component) {
  throw InvalidData(
      concat(who, ": the covariance ",
             type == CovarianceType::tied ? std::string("of the components")
                                          : concat("of component ", component),
             " collapsed: its rows are equal or lie in a plane, to the precision of the numbers"),
      "raise reg_covar, use fewer components, or covariance_type=diag");
}

/// U with U U^T = covariance^-1.
Matrix precision_cholesky(std::string_view who, CovarianceType type, const Matrix& covariance,
                          Index component) {
  const Index d = covariance.rows();
  const Eigen::LLT<Eigen::MatrixXd> cholesky{Eigen::MatrixXd(covariance)};
  const Eigen::MatrixXd factor = cholesky.matrixL();
  const double least = static_cast<double>(d) * std::numeric_limits<double>::epsilon();
  bool sound = cholesky.info() == Eigen::Success;
  for (Index j = 0; j < d && sound; ++j)
    sound = factor(j, j) * factor(j, j) > least * covariance(j, j);
  if (!sound) throw_collapsed(who, type, component);
  const Eigen::MatrixXd inverse =
      factor.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(d, d));
  if (!inverse.allFinite()) throw_collapsed(who, type, component);
  return inverse.transpose();
}

Matrix full_covariance(const Moments& moments, Index c, double count, double reg_covar) {
  const Index d = moments.first.cols();
  Matrix covariance(d, d);
  const double cross = 2 * count - moments.total(c);
  for (Index i = 0; i < d; ++i)
    for (Index j = 0; j <= i; ++j) {
      const double shift = (moments.first(c, i) / count) * (moments.first(c, j) / count);
      covariance(i, j) = covariance(j, i) = (moments.second(c * d + i, j) - cross * shift) / count;
    }
  covariance.diagonal().array() += reg_covar;
  return covariance;
}

Matrix diagonal_covariance(const Moments& moments, const Vector& counts, double reg_covar) {
  Matrix variances(moments.first.rows(), moments.first.cols());
  for (Index c = 0; c < variances.rows(); ++c)
    for (Index j = 0; j < variances.cols(); ++j) {
      const double shift = moments.first(c, j) / counts(c);
      const double cross = 2 * counts(c) - moments.total(c);
      variances(c, j) = (moments.second(c, j) - cross * shift * shift) / counts(c) + reg_covar;
    }
  return variances;
}

}  // namespace

MixturePoints mixture_points(std::string_view who, const Dataset& data, CovarianceType type,
                             const Context& context) {
  MixturePoints points{who, data.x(), data.weights(), static_cast<double>(data.n_rows()), {}, {}};
  if (points.weights != nullptr) points.total_weight = points.weights->sum();
  const Index d = data.n_columns();
  const Responsibilities all = [](Index, Index, Matrix& out) { out.setOnes(); };
  Matrix center = Matrix::Zero(1, d);
  for (int round = 0; round < 2; ++round)  // the second removes what rounding left
    center +=
        moments_of(points, CovarianceType::tied, center, all, context).first / points.total_weight;
  points.mean = center.row(0).transpose();
  if (!points.mean.allFinite())
    throw InvalidData(concat(who, ": values or weights are too large to compute with"),
                      "scale the columns or the weights");
  if (type == CovarianceType::tied)
    points.scatter = moments_of(points, CovarianceType::full, center, all, context).second;
  return points;
}

Moments expectation(const MixturePoints& points, const Mixture& mixture, const Context& context) {
  const Task task(mixture);
  const MixtureScan loops = mixture_scan();
  Moments moments = gather(points, mixture.type, mixture.means, context,
                           [&](const MixtureBlock& block, Index, Index) {
                             loops.densities(*task, block);
                             loops.normalize((*task).k, block);
                           });
  context.count("density_evaluations",
                static_cast<std::uint64_t>(points.x.rows() * mixture.means.rows()));
  if (!std::isfinite(moments.log_likelihood) || !moments.second.allFinite())
    throw InvalidData(concat(points.who, ": values or weights are too large to compute with"),
                      "scale the columns or the weights");
  return moments;
}

Moments moments_of(const MixturePoints& points, CovarianceType type, const Matrix& centers,
                   const Responsibilities& given, const Context& context) {
  return gather(points, type, centers, context,
                [&](const MixtureBlock& block, Index begin, Index end) {
                  Matrix shares(end - begin, centers.rows());
                  given(begin, end, shares);
                  Eigen::Map<Matrix> values(block.values, centers.rows(), block.rows);
                  values.setZero();
                  values.leftCols(end - begin) = shares.transpose();
                  std::fill(block.norms, block.norms + block.rows, 0.0);
                });
}

Mixture maximization(const MixturePoints& points, CovarianceType type, const Matrix& centers,
                     const Moments& moments, double reg_covar) {
  const Index k = centers.rows(), d = centers.cols();
  Mixture mixture{type, {}, centers, {}, {}};
  // As in scikit-learn: a component that has lost its rows keeps a finite mean.
  const Vector counts = moments.total.array() + 10 * std::numeric_limits<double>::epsilon();
  mixture.weights = counts / counts.sum();
  for (Index c = 0; c < k; ++c) mixture.means.row(c) += moments.first.row(c) / counts(c);
  if (type == CovarianceType::full) {
    for (Index c = 0; c < k; ++c)
      mixture.covariances.push_back(full_covariance(moments, c, counts(c), reg_covar));
  } else if (type == CovarianceType::tied) {
    Matrix covariance(d, d);
    const Matrix offsets = mixture.means.rowwise() - points.mean.transpose();
    for (Index i = 0; i < d; ++i)
      for (Index j = 0; j <= i; ++j) {
        double between = 0;
        for (Index c = 0; c < k; ++c) between += counts(c) * offsets(c, i) * offsets(c, j);
        covariance(i, j) = covariance(j, i) = (points.scatter(i, j) - between) / counts.sum();
      }
    covariance.diagonal().array() += reg_covar;
    mixture.covariances.push_back(std::move(covariance));
  } else {
    const Matrix variances = diagonal_covariance(moments, counts, reg_covar);
    mixture.covariances.push_back(
        type == CovarianceType::diag ? variances : Matrix(variances.rowwise().mean()));
  }
  set_precisions(points.who, mixture);
  return mixture;
}

void set_precisions(std::string_view who, Mixture& mixture) {
  mixture.precisions_cholesky.clear();
  const bool matrices =
      mixture.type == CovarianceType::full || mixture.type == CovarianceType::tied;
  for (std::size_t c = 0; c < mixture.covariances.size(); ++c) {
    const Matrix& covariance = mixture.covariances[c];
    if (matrices) {
      mixture.precisions_cholesky.push_back(
          precision_cholesky(who, mixture.type, covariance, static_cast<Index>(c)));
      continue;
    }
    const Matrix factors = covariance.array().sqrt().inverse();
    for (Index i = 0; i < covariance.rows(); ++i)
      if (!(covariance.row(i).minCoeff() > 0) || !factors.row(i).allFinite())
        throw_collapsed(who, mixture.type, i);
    mixture.precisions_cholesky.push_back(factors);
  }
}

void answer(std::string_view who, const Mixture& mixture, const MatrixView& x,
            const MixtureAnswers& answers, const Context& context) {
  const Index d = x.cols(), k = mixture.means.rows();
  const Task task(mixture);
  const MixtureScan loops = mixture_scan();
  parallel_for(context, x.rows(), 8 * rows_at_once(d), [&](Index begin, Index end) {
    context.check_stop(who);
    Room room(d, k);
    for (Index first = begin; first < end; first += room.step()) {
      const Index last = std::min(first + room.step(), end);
      const MixtureBlock block = room.load(x, nullptr, first, last);
      loops.densities(*task, block);
      loops.normalize((*task).k, block);
      const Eigen::Map<const Matrix> shares(block.values, k, block.rows);
      for (Index i = first; i < last; ++i) {
        const auto share = shares.col(i - first);
        if (answers.log_densities != nullptr) (*answers.log_densities)(i) = block.norms[i - first];
        if (answers.proba != nullptr) answers.proba->row(i) = share.transpose();
        if (answers.labels == nullptr) continue;
        Index best = 0;  // maxCoeff gives the first of equal ones
        share.maxCoeff(&best);
        (*answers.labels)(i) = static_cast<int>(best);
      }
    }
  });
  context.count("density_evaluations", static_cast<std::uint64_t>(x.rows() * k));
}

}  // namespace grove::cluster
