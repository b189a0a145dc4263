#include "cluster/lloyd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cluster/center_blocks.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

Index row_grain(Index n) { return std::max<Index>(512, (n + 63) / 64); }

Index count_distinct(const MatrixView& x) {
  std::vector<Index> order(static_cast<std::size_t>(x.rows()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto less = [&](Index a, Index b) {
    return std::lexicographical_compare(x.row(a).begin(), x.row(a).end(), x.row(b).begin(),
                                        x.row(b).end());
  };
  std::sort(order.begin(), order.end(), less);
  Index count = order.empty() ? 0 : 1;
  for (std::size_t i = 1; i < order.size(); ++i)
    if (less(order[i - 1], order[i])) ++count;
  return count;
}

namespace {

const double* row(const MatrixView& x, Index i) { return x.data() + i * x.outerStride(); }

[[noreturn]] void throw_too_few(std::string_view who, const Points& points, Index k) {
  const Index distinct = count_distinct(points.x);
  if (distinct < k)
    throw InvalidData(concat(who, ": n_clusters = ", k, ", but the data have only ", distinct,
                             distinct == 1 ? " distinct point" : " distinct points"),
                      "use fewer clusters");
  throw InvalidData(
      concat(who, ": n_clusters = ", k, ", but too many points are too close to tell apart"),
      "scale the columns, or use fewer clusters");
}

/// Lowers closest(i) to the squared distance from point i to `center`.
void approach(const Points& points, const double* center, Vector& closest, const Context& context) {
  parallel_for(context, points.x.rows(), row_grain(points.x.rows()), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      closest(i) =
          std::min(closest(i), squared_distance(row(points.x, i), center, points.x.cols()));
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(points.x.rows()));
}

/// What would remain of the sum of weighted squared distances with each candidate added.
Vector potentials(const Points& points, const Matrix& candidates, const Vector& closest,
                  const Context& context) {
  const CenterBlocks blocks(candidates);
  const Index n = points.x.rows();
  Vector total = parallel_reduce(
      context, n, row_grain(n), Vector(Vector::Zero(candidates.rows())),
      [&](Index begin, Index end) {
        Vector part = Vector::Zero(candidates.rows());
        Vector squared(candidates.rows());
        for (Index i = begin; i < end; ++i) {
          blocks.squared(row(points.x, i), squared.data());
          part += points.weights(i) * squared.cwiseMin(closest(i));
        }
        return part;
      },
      [](Vector& sum, const Vector& part) { sum += part; });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * candidates.rows()));
  return total;
}

/// A row drawn with probability proportional to its step in `running`, a running total.
Index draw(const std::vector<double>& running, Rng& rng) {
  const double target = rng.uniform() * running.back();
  const auto above = std::upper_bound(running.begin(), running.end(), target);
  if (above != running.end()) return above - running.begin();
  return std::lower_bound(running.begin(), running.end(), running.back()) - running.begin();
}

}  // namespace

Matrix draw_centers(std::string_view who, const Points& points, Index k, bool plus_plus, Rng rng,
                    const Context& context) {
  const Index n = points.x.rows();
  const Index n_trials =
      plus_plus ? 2 + static_cast<Index>(std::log(static_cast<double>(k))) : Index{1};
  Matrix centers(k, points.x.cols());
  Vector closest = Vector::Constant(n, std::numeric_limits<double>::infinity());
  std::vector<double> running(static_cast<std::size_t>(n));
  for (Index c = 0; c < k; ++c) {
    context.check_stop(who);
    double total = 0;
    for (Index i = 0; i < n; ++i) {
      double mass = points.weights(i);
      if (c > 0) mass *= plus_plus ? closest(i) : (closest(i) > 0 ? 1.0 : 0.0);
      running[static_cast<std::size_t>(i)] = total += mass;
    }
    if (!(total > 0)) throw_too_few(who, points, k);
    Index chosen = draw(running, rng);
    if (c > 0 && n_trials > 1) {
      std::vector<Index> rows{chosen};
      while (static_cast<Index>(rows.size()) < n_trials) rows.push_back(draw(running, rng));
      Matrix candidates(n_trials, points.x.cols());
      for (Index t = 0; t < n_trials; ++t)
        candidates.row(t) = points.x.row(rows[static_cast<std::size_t>(t)]);
      Index best = 0;
      potentials(points, candidates, closest, context).minCoeff(&best);
      chosen = rows[static_cast<std::size_t>(best)];
    }
    centers.row(c) = points.x.row(chosen);
    approach(points, row(points.x, chosen), closest, context);
  }
  return centers;
}

namespace {

/// What one look at all points finds.
struct Step {
  double inertia = 0;
  Index changed = 0;
  Vector weights;  // of the clusters
  Matrix offsets;  // weighted sums of point - centre
};

class Run {
 public:
  Run(std::string_view who, const Points& points, Matrix centers, const Context& context)
      : who_(who),
        points_(points),
        context_(context),
        centers_(std::move(centers)),
        labels_(Labels::Constant(points.x.rows(), -1)),
        squared_(points.x.rows()) {}

  LloydResult run(int max_iter, double least_shift);

 private:
  Step assign();
  double update(const Step& step);
  void reseed(const Vector& weights);

  std::string_view who_;
  const Points& points_;
  const Context& context_;
  Matrix centers_;
  Labels labels_;
  Vector squared_;
};

Step Run::assign() {
  context_.check_stop(who_);
  const CenterBlocks blocks(centers_);
  const Index n = points_.x.rows();
  const Index d = points_.x.cols();
  const Step nothing{0, 0, Vector::Zero(centers_.rows()), Matrix::Zero(centers_.rows(), d)};
  Step step = parallel_reduce(
      context_, n, row_grain(n), nothing,
      [&](Index begin, Index end) {
        Step part = nothing;
        for (Index i = begin; i < end; ++i) {
          const double* point = row(points_.x, i);
          const CenterBlocks::Nearest found = blocks.nearest(point);
          part.changed += labels_(i) == found.label ? 0 : 1;
          labels_(i) = found.label;
          squared_(i) = found.squared;
          const double weight = points_.weights(i);
          part.inertia += weight * found.squared;
          part.weights(found.label) += weight;
          double* offset = part.offsets.data() + found.label * d;
          const double* center = centers_.data() + found.label * d;
          for (Index j = 0; j < d; ++j) offset[j] += weight * (point[j] - center[j]);
        }
        return part;
      },
      [](Step& sum, const Step& part) {
        sum.inertia += part.inertia;
        sum.changed += part.changed;
        sum.weights += part.weights;
        sum.offsets += part.offsets;
      });
  context_.count(work::distance_evaluations, static_cast<std::uint64_t>(n * centers_.rows()));
  if (!std::isfinite(step.inertia))
    throw InvalidData(concat(who_, ": values or weights are too large to compute with"),
                      "scale the columns or the weights");
  return step;
}

/// Moves every centre to the mean of its points; the sum of squared shifts.
double Run::update(const Step& step) {
  double shift = 0;
  for (Index c = 0; c < centers_.rows(); ++c) {
    const Eigen::RowVectorXd move = step.offsets.row(c) / step.weights(c);
    centers_.row(c) += move;
    shift += move.squaredNorm();
  }
  return shift;
}

void Run::reseed(const Vector& weights) {
  for (Index c = 0; c < centers_.rows(); ++c) {
    if (weights(c) > 0) continue;
    Index farthest = 0;  // maxCoeff gives the first of equal ones
    if (!(squared_.maxCoeff(&farthest) > 0)) throw_too_few(who_, points_, centers_.rows());
    centers_.row(c) = points_.x.row(farthest);
    approach(points_, row(points_.x, farthest), squared_, context_);
  }
}

LloydResult Run::run(int max_iter, double least_shift) {
  LloydResult result;
  bool settled = false;  // labels_ are those of centers_, and none is empty
  for (int iteration = 0; iteration < max_iter && !result.converged; ++iteration) {
    const Step step = assign();
    result.loss_curve.push_back(step.inertia);
    result.inertia = step.inertia;
    if (step.weights.minCoeff() <= 0) {
      reseed(step.weights);
    } else if (step.changed == 0) {
      result.converged = settled = true;
    } else {
      result.converged = update(step) <= least_shift;
    }
  }
  while (!settled) {
    const Step step = assign();
    result.inertia = step.inertia;
    settled = step.weights.minCoeff() > 0;
    if (!settled) reseed(step.weights);
  }
  result.centers = std::move(centers_);
  return result;
}

}  // namespace

LloydResult lloyd(std::string_view who, const Points& points, Matrix centers, int max_iter,
                  double least_shift, const Context& context) {
  return Run(who, points, std::move(centers), context).run(max_iter, least_shift);
}

}  // namespace grove::cluster
