#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"
#include "neighbors/reduced_distance.hpp"

namespace grove {

/// The constraint of a parameter that names a metric.
Constraint metric_constraint();

/// What data an estimator can take that searches by this metric: gower takes all.
Capabilities with_metric(Capabilities capabilities, const Distance& metric);

/// A metric made ready for a set of points: what it admits, how points are prepared for it, and how
/// the distance of prepared ones is measured.
class MetricSpace {
 public:
  /// Throws InvalidData naming `who` for points that the metric cannot take, InvalidParameter if it
  /// does not fit their number of columns.
  MetricSpace(std::string_view who, const Distance& metric, double p, const MatrixView& points,
              const std::vector<Column>& columns, const Context& context);

  const ReducedDistance& reduced() const { return reduced_; }

  /// Throws InvalidData for a row that the metric cannot take, or if a distance from it could
  /// overflow.
  void check(std::string_view who, const MatrixView& x, const Context& context) const;
  /// Whether points are other than they came.
  bool prepares() const { return metric_ == Metric::cosine || metric_ == Metric::mahalanobis; }
  Matrix prepare(const MatrixView& x, const Context& context) const;

 private:
  void check_overflow(std::string_view who, const MatrixView& x, const Context& context) const;

  Metric metric_;
  ReducedDistance reduced_;
  Eigen::RowVectorXd low_, high_;  // bounding box, prepared
  Matrix whitening_;               // mahalanobis: rows are multiplied by it from the right
};

}  // namespace grove
