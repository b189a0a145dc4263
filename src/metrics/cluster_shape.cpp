#include <algorithm>
#include <cmath>

#include "grove/metrics/clustering.hpp"
#include "metrics/point_groups.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

Matrix centroids(const MatrixView& x, const Grouping& groups) {
  const auto k = static_cast<Index>(groups.sizes.size());
  Matrix centers = Matrix::Zero(k, x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    centers.row(groups.group[static_cast<std::size_t>(i)]) += x.row(i);
  }
  for (Index c = 0; c < k; ++c) centers.row(c) /= groups.sizes[static_cast<std::size_t>(c)];
  return centers;
}

double squared_distance(const double* a, const double* b, Index n) {
  double sum = 0;
  for (Index c = 0; c < n; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

}  // namespace

double calinski_harabasz(const MatrixView& x, const LabelsView& labels) {
  const Grouping groups = checked_grouping("calinski_harabasz", x, labels);
  const Matrix centers = centroids(x, groups);
  Matrix mean = Matrix::Zero(1, x.cols());
  for (Index i = 0; i < x.rows(); ++i) mean += x.row(i);
  mean /= static_cast<double>(x.rows());
  double between = 0;
  for (Index c = 0; c < centers.rows(); ++c) {
    between += groups.sizes[static_cast<std::size_t>(c)] *
               squared_distance(centers.row(c).data(), mean.data(), x.cols());
  }
  const double within = sum_of(0, x.rows(), [&](Index i) {
    const Index group = groups.group[static_cast<std::size_t>(i)];
    return squared_distance(x.row(i).data(), centers.row(group).data(), x.cols());
  });
  if (within == 0) return 1;
  const auto k = static_cast<double>(centers.rows());
  return between * (static_cast<double>(x.rows()) - k) / (within * (k - 1));
}

double davies_bouldin(const MatrixView& x, const LabelsView& labels) {
  const Grouping groups = checked_grouping("davies_bouldin", x, labels);
  const Matrix centers = centroids(x, groups);
  const Index k = centers.rows();
  Vector spread = Vector::Zero(k);
  for (Index i = 0; i < x.rows(); ++i) {
    const Index group = groups.group[static_cast<std::size_t>(i)];
    spread[group] +=
        std::sqrt(squared_distance(x.row(i).data(), centers.row(group).data(), x.cols()));
  }
  for (Index c = 0; c < k; ++c) spread[c] /= groups.sizes[static_cast<std::size_t>(c)];
  constexpr double nothing = 1e-8;  // as numpy's allclose
  double total = 0;
  double longest = 0;
  for (Index a = 0; a < k; ++a) {
    double worst = 0;
    for (Index b = 0; b < k; ++b) {
      const double distance =
          std::sqrt(squared_distance(centers.row(a).data(), centers.row(b).data(), x.cols()));
      longest = std::max(longest, distance);
      if (distance > 0) worst = std::max(worst, (spread[a] + spread[b]) / distance);
    }
    total += worst;
  }
  if (spread.maxCoeff() <= nothing || longest <= nothing) return 0;
  return total / static_cast<double>(k);
}

}  // namespace grove::metrics
