#pragma once

#include "grove/data/dataset.hpp"

// The contenders that ignore the features. Plain structs here, because comparisons know no
// algorithms.

namespace grove {

/// Predicts the most frequent class; probabilities are the (weighted) class shares.
struct ClassShares {
  static constexpr std::string_view type_name = "Dummy";
  Vector shares;

  void fit(const Dataset& data) {
    shares = Vector::Zero(data.n_classes());
    const Vector weights = data.weights_or_ones();
    for (Index i = 0; i < data.n_rows(); ++i) shares(data.labels()(i)) += weights(i);
    shares /= shares.sum();
  }
  Labels predict(const MatrixView& x) const {
    Index best = 0;
    shares.maxCoeff(&best);
    return Labels::Constant(x.rows(), static_cast<int>(best));
  }
  Matrix predict_proba(const MatrixView& x) const {
    return shares.transpose().replicate(x.rows(), 1);
  }
};

/// Predicts the (weighted) mean of the target.
struct TargetMean {
  static constexpr std::string_view type_name = "Dummy";
  double mean = 0;

  void fit(const Dataset& data) {
    const Vector weights = data.weights_or_ones();
    mean = data.target().dot(weights) / weights.sum();
  }
  Vector predict(const MatrixView& x) const { return Vector::Constant(x.rows(), mean); }
};

}  // namespace grove
