#pragma once

#include <vector>

#include "cluster/k_means/points.hpp"
#include "grove/core/context.hpp"

// Weighted sums of points whose bits depend on which points were added, not on their order: what is
// taken away leaves no trace. So only points that change their cluster have to be touched.

namespace grove::cluster {

/// What is known of the points' coordinates before k-means starts.
struct PointSurvey {
  Vector largest;           // weight * |coordinate|, of each column
  Eigen::RowVectorXd mean;  // weighted, near enough
  double largest_weight = 0;
  double largest_value = 0;
  double scatter = 0;        // weighted sum of squared distances from `mean`
  double mean_variance = 0;  // of a column
};
PointSurvey survey(const Points& points, const Context& context);

/// Where terms are cut; see SumTask. A term keeps 60 binary places or more below its column's
/// largest (about 90 for a million points).
class SumFrame {
 public:
  SumFrame(const PointSurvey& survey, Index n_points);

 private:
  friend class ExactSums;
  std::vector<double> cutters_;  // of the columns, then of the weight
  double step_;
};

class ExactSums {
 public:
  ExactSums(Index k, Index d, const SumFrame& frame);

  /// Adds a point to cluster c, or takes it away.
  void add(Index c, const double* point, double weight) { change(c, point, weight, 1); }
  void remove(Index c, const double* point, double weight) { change(c, point, -weight, -1); }
  /// Adds what `other` holds and empties it.
  void take(ExactSums& other);

  Index count(Index c) const { return counts_[static_cast<std::size_t>(c)]; }
  double weight(Index c) const;
  /// The weighted mean of cluster c's points, rounded once or twice.
  void mean(Index c, double* out) const;
  /// Sum over the clusters' points of their squared distances to `centers`, given that to `from`.
  double scatter_about(const Matrix& centers, const Eigen::RowVectorXd& from, double scatter) const;

 private:
  void change(Index c, const double* point, double weight, Index one);
  const double* sums_of(Index c) const { return sums_.data() + c * 3 * d_; }

  Index d_;
  const SumFrame& frame_;
  std::vector<double> sums_;     // k x 3 x d
  std::vector<double> weights_;  // k x 3
  std::vector<Index> counts_;
  std::vector<char> touched_;
};

}  // namespace grove::cluster
