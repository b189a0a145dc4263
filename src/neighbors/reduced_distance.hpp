#pragma once

#include <memory>

#include "grove/neighbors/distance.hpp"

namespace grove {

/// A distance that orders points as the true one does and costs less: squared for euclidean, the
/// sum of powers for minkowski. All back ends add a pair up in one order, that of the columns, so
/// that they agree to the bit.
struct ReducedDistance {
  Metric metric = Metric::euclidean;
  double p = 2;
  Index d = 1;
  /// Reduced distances to blocks of points.
  std::shared_ptr<const detail::DistanceKernel> kernel;

  /// Of a metric that is a sum of terms (or their largest) over the columns; any but haversine,
  /// gower and the user's.
  double term(double difference) const;
  double operator()(const double* a, const double* b, Index n) const;
  /// Reduced to true distance.
  double finish(double reduced) const;
  /// A reduced distance that no point within the true `distance` exceeds, in whatever order its
  /// terms are added up: a little too large, for pruning only.
  double reach(double distance) const;

  /// Whether it is |a - b|^2 of the points that the back end sees.
  bool is_squared() const { return metric == Metric::euclidean || metric == Metric::cosine; }
};

/// The kernel of a metric that needs no data: all but gower and the user's.
std::shared_ptr<const detail::DistanceKernel> kernel_of(Metric metric, double p);

}  // namespace grove
