#include "cluster/k_means/k_means_run.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "cluster/k_means/assignment.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

Index count_distinct(const Points& points) {
  std::vector<Index> order(static_cast<std::size_t>(points.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const Index d = points.dimension();
  const auto less = [&](Index a, Index b) {
    return std::lexicographical_compare(points.row(a), points.row(a) + d, points.row(b),
                                        points.row(b) + d);
  };
  std::sort(order.begin(), order.end(), less);
  Index count = order.empty() ? 0 : 1;
  for (std::size_t i = 1; i < order.size(); ++i)
    if (less(order[i - 1], order[i])) ++count;
  return count;
}

void throw_too_few(std::string_view who, const Points& points, Index k) {
  const Index distinct = count_distinct(points);
  if (distinct < k)
    throw InvalidData(concat(who, ": n_clusters = ", k, ", but the data have only ", distinct,
                             distinct == 1 ? " distinct point" : " distinct points"),
                      "use fewer clusters");
  throw InvalidData(
      concat(who, ": n_clusters = ", k, ", but too many points are too close to tell apart"),
      "scale the columns, or use fewer clusters");
}

void approach(const Points& points, const double* center, Vector& closest, const Context& context) {
  const Index n = points.size();
  parallel_for(context, n, row_grain(n), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      closest(i) =
          std::min(closest(i), squared_distance(points.row(i), center, points.dimension()));
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n));
}

namespace {

class Run {
 public:
  Run(const KMeansRun& options, const Points& points, const PointSurvey& survey, Matrix centers,
      const Context& context)
      : options_(options),
        points_(points),
        survey_(survey),
        context_(context),
        centers_(std::move(centers)),
        assignment_(options.who, points, survey, centers_, options.algorithm, context) {}

  KMeansResult run();

 private:
  bool some_empty() const;
  double update();
  Vector squared_to_own() const;
  void reseed();
  void settle();

  const KMeansRun& options_;
  const Points& points_;
  const PointSurvey& survey_;
  const Context& context_;
  Matrix centers_;
  Assignment assignment_;
};

bool Run::some_empty() const {
  for (Index c = 0; c < centers_.rows(); ++c)
    if (assignment_.sums().count(c) == 0) return true;
  return false;
}

/// Moves every centre to the mean of its points; the sum of squared shifts.
double Run::update() {
  double shift = 0;
  Eigen::RowVectorXd mean(centers_.cols());
  for (Index c = 0; c < centers_.rows(); ++c) {
    // Weights too small beside the largest count as none: their points leave the centre alone.
    if (!(assignment_.sums().weight(c) > 0)) continue;
    assignment_.sums().mean(c, mean.data());
    shift += squared_distance(mean.data(), centers_.row(c).data(), mean.size());
    centers_.row(c) = mean;
  }
  return shift;
}

Vector Run::squared_to_own() const {
  Vector squared(points_.size());
  parallel_for(context_, points_.size(), row_grain(points_.size()), [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const int label = assignment_.labels()[static_cast<std::size_t>(i)];
      squared(i) =
          squared_distance(points_.row(i), centers_.row(label).data(), points_.dimension());
    }
  });
  return squared;
}

void Run::reseed() {
  Vector squared = squared_to_own();
  for (Index c = 0; c < centers_.rows(); ++c) {
    if (assignment_.sums().count(c) > 0) continue;
    Index farthest = 0;  // maxCoeff gives the first of equal ones
    if (!(squared.maxCoeff(&farthest) > 0)) throw_too_few(options_.who, points_, centers_.rows());
    centers_.row(c) = Eigen::Map<const Eigen::RowVectorXd>(points_.row(farthest), centers_.cols());
    approach(points_, points_.row(farthest), squared, context_);
  }
}

/// Gives the points the last centres; no centre may be left without any.
void Run::settle() {
  assignment_.assign(centers_);
  for (Index tries = 0; some_empty(); ++tries) {
    // A centre whose points are all copies of one can miss it by a rounding error for ever.
    if (tries > centers_.rows()) throw_too_few(options_.who, points_, centers_.rows());
    reseed();
    assignment_.assign(centers_);
  }
}

KMeansResult Run::run() {
  KMeansResult result;
  bool settled = false;  // the labels are those of centers_, and none is empty
  for (int iteration = 0; iteration < options_.max_iter && !result.converged; ++iteration) {
    const Index changed = assignment_.assign(centers_);
    result.loss_curve.push_back(
        assignment_.sums().scatter_about(centers_, survey_.mean, survey_.scatter));
    if (some_empty()) {
      reseed();
    } else if (changed == 0) {
      result.converged = settled = true;
    } else {
      result.converged = update() <= options_.least_shift;
    }
  }
  if (!settled) settle();
  const Vector squared = squared_to_own();
  for (Index i = 0; i < points_.size(); ++i) result.inertia += points_.weight(i) * squared(i);
  if (settled) result.loss_curve.back() = result.inertia;
  result.centers = std::move(centers_);
  result.labels = assignment_.labels();
  return result;
}

}  // namespace

KMeansResult run_k_means(const KMeansRun& run, const Points& points, const PointSurvey& survey,
                         Matrix centers, const Context& context) {
  if (!std::isfinite(survey.scatter))
    throw InvalidData(concat(run.who, ": values or weights are too large to compute with"),
                      "scale the columns or the weights");
  return Run(run, points, survey, std::move(centers), context).run();
}

}  // namespace grove::cluster
