#pragma once

#include <string_view>

#include "grove/core/context.hpp"
#include "grove/data/trained_on.hpp"

namespace grove::cluster {

/// What estimators with centres answer about new points; they check them first.
struct FittedCenters {
  std::string_view who;
  const TrainedOn& trained_on;
  const Matrix& centers;

  /// The nearest centre of each row, the lowest of equally near ones.
  Labels predict(const MatrixView& x, const Context& context) const;
  /// n x k euclidean distances.
  Matrix transform(const MatrixView& x, const Context& context) const;
  /// Minus the sum of squared distances to the nearest centre.
  double score(const MatrixView& x, const Context& context) const;
};

}  // namespace grove::cluster
