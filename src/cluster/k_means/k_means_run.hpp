#pragma once

#include <string_view>
#include <vector>

#include "cluster/k_means/exact_sums.hpp"
#include "cluster/k_means/points.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/context.hpp"

// k-means on points with positive weights.

namespace grove::cluster {

struct KMeansResult {
  Matrix centers = {};
  std::vector<int> labels = {};
  double inertia = 0;
  bool converged = false;
  std::vector<double> loss_curve = {};
};

struct KMeansRun {
  std::string_view who;
  KMeansAlgorithm algorithm = KMeansAlgorithm::automatic;
  int max_iter = 300;
  double least_shift = 0;  // absolute
};

/// In the end every centre is the nearest one of some point, and `labels` are the nearest centres.
KMeansResult run_k_means(const KMeansRun& run, const Points& points, const PointSurvey& survey,
                         Matrix centers, const Context& context);

/// Number of different rows.
Index count_distinct(const Points& points);
[[noreturn]] void throw_too_few(std::string_view who, const Points& points, Index k);

/// Lowers closest(i) to the squared distance from point i to `center`.
void approach(const Points& points, const double* center, Vector& closest, const Context& context);

}  // namespace grove::cluster
