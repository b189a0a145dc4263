#include "cluster/k_means/exact_sums.hpp"

#include <cmath>

#include "cluster/k_means/center_scan.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

struct FirstLook {
  Eigen::ArrayXd largest;
  Eigen::ArrayXd sums;
  double weight = 0;
  double largest_weight = 0;
  double largest_value = 0;
};

FirstLook first_look(const Points& points, const Context& context) {
  const Index d = points.dimension();
  const FirstLook nothing{Eigen::ArrayXd::Zero(d), Eigen::ArrayXd::Zero(d)};
  return parallel_reduce(
      context, points.size(), row_grain(points.size()), nothing,
      [&](Index begin, Index end) {
        FirstLook part = nothing;
        for (Index i = begin; i < end; ++i) {
          const Eigen::Map<const Eigen::ArrayXd> x(points.row(i), d);
          const double weight = points.weight(i);
          part.weight += weight;
          part.largest_weight = std::max(part.largest_weight, weight);
          part.sums += x * weight;
          part.largest = part.largest.max((x * weight).abs());
          part.largest_value = std::max(part.largest_value, x.abs().maxCoeff());
        }
        return part;
      },
      [](FirstLook& all, const FirstLook& part) {
        all.largest = all.largest.max(part.largest);
        all.sums += part.sums;
        all.weight += part.weight;
        all.largest_weight = std::max(all.largest_weight, part.largest_weight);
        all.largest_value = std::max(all.largest_value, part.largest_value);
      });
}

/// A sum in two doubles.
struct Pair {
  double high = 0;
  double low = 0;
};

/// Knuth's exact sum of two.
Pair two_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// Of three parts, of which the second and third may be larger than what is left of the first.
Pair join(double a, double b, double c) {
  const Pair lower = two_sum(b, c);
  const Pair upper = two_sum(a, lower.high);
  return two_sum(upper.high, upper.low + lower.low);
}

Pair join(const double* parts, Index step) { return join(parts[0], parts[step], parts[2 * step]); }

}  // namespace

PointSurvey survey(const Points& points, const Context& context) {
  const FirstLook look = first_look(points, context);
  const Index d = points.dimension();
  PointSurvey found{look.largest.matrix(), (look.sums / look.weight).matrix().transpose(),
                    look.largest_weight, look.largest_value};
  // The mean of values that are near the largest double.
  for (Index j = 0; j < d; ++j)
    if (!std::isfinite(found.mean(j))) found.mean(j) = 0;
  const Eigen::ArrayXd mean = found.mean.transpose().array();
  found.scatter = parallel_reduce(
      context, points.size(), row_grain(points.size()), 0.0,
      [&](Index begin, Index end) {
        double sum = 0;
        for (Index i = begin; i < end; ++i)
          sum += points.weight(i) * center_kernels().squared(points.row(i), mean.data(), d);
        return sum;
      },
      [](double& sum, double part) { sum += part; });
  found.mean_variance = found.scatter / look.weight / static_cast<double>(d);
  return found;
}

SumFrame::SumFrame(const PointSurvey& survey, Index n_points) {
  int places = 2;  // a sum may hold every point twice, in the middle of a change
  while ((Index{1} << (places - 2)) < n_points) ++places;
  step_ = std::ldexp(1.0, places - 53);
  const auto cutter = [&](double largest) {
    const int exponent = largest > 0 ? std::max(std::ilogb(largest) + 1, -800) : -800;
    return std::ldexp(1.5, exponent + places - 1);
  };
  for (const double largest : survey.largest) cutters_.push_back(cutter(largest));
  cutters_.push_back(cutter(survey.largest_weight));
}

ExactSums::ExactSums(Index k, Index d, const SumFrame& frame)
    : d_(d),
      frame_(frame),
      sums_(static_cast<std::size_t>(k * 3 * d)),
      weights_(static_cast<std::size_t>(k * 3)),
      counts_(static_cast<std::size_t>(k)),
      touched_(static_cast<std::size_t>(k)) {}

void ExactSums::change(Index c, const double* point, double weight, Index one) {
  SumTask task;
  task.point = point;
  task.weight = weight;
  task.cutters = frame_.cutters_.data();
  task.step = frame_.step_;
  task.d = d_;
  task.sums = sums_.data() + c * 3 * d_;
  center_kernels().add(task);
  const double unit = 1;
  task.point = &unit;
  task.cutters += d_;
  task.d = 1;
  task.sums = weights_.data() + c * 3;
  center_kernels().add(task);
  counts_[static_cast<std::size_t>(c)] += one;
  touched_[static_cast<std::size_t>(c)] = 1;
}

void ExactSums::take(ExactSums& other) {
  const auto width = static_cast<std::size_t>(3 * d_);
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    if (other.touched_[c] == 0) continue;
    for (std::size_t j = c * width; j < (c + 1) * width; ++j) {
      sums_[j] += other.sums_[j];
      other.sums_[j] = 0;
    }
    for (std::size_t part = c * 3; part < c * 3 + 3; ++part) {
      weights_[part] += other.weights_[part];
      other.weights_[part] = 0;
    }
    counts_[c] += other.counts_[c];
    other.counts_[c] = 0;
    other.touched_[c] = 0;
  }
}

double ExactSums::weight(Index c) const { return join(weights_.data() + c * 3, 1).high; }

void ExactSums::mean(Index c, double* out) const {
  const Pair weight = join(weights_.data() + c * 3, 1);
  const double* const sums = sums_of(c);
  for (Index j = 0; j < d_; ++j) {
    const Pair sum = join(sums + j, d_);
    const double quotient = sum.high / weight.high;
    const double rest =
        std::fma(-quotient, weight.high, sum.high) + (sum.low - quotient * weight.low);
    out[j] = quotient + rest / weight.high;
  }
}

double ExactSums::scatter_about(const Matrix& centers, const Eigen::RowVectorXd& from,
                                double scatter) const {
  double change = 0;
  for (Index c = 0; c < centers.rows(); ++c) {
    const double weight = this->weight(c);
    const double* const sums = sums_of(c);
    double part = 0;
    for (Index j = 0; j < d_; ++j) {
      const Pair sum = join(sums + j, d_);
      const double shift = centers(c, j) - from(j);
      const double offset = std::fma(-weight, from(j), sum.high) + sum.low;
      part += shift * (weight * shift - 2 * offset);
    }
    change += part;
  }
  return std::max(0.0, scatter + change);
}

}  // namespace grove::cluster
