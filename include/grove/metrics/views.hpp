#pragma once

#include <optional>
#include <utility>

#include "grove/core/types.hpp"

// Parameter types shared by the metrics. Like `VectorView`: parameters only, never stored.

namespace grove::metrics {

/// Optional sample weights, always a metric's last parameter: none, a `Vector`, any Eigen vector,
/// or a pointer that may be null, as `Dataset::weights()`. Contiguous memory is not copied. Every
/// metric refuses weights of another length, negative or not finite, or that sum to zero
/// (InvalidData), and weight 0 counts as the row's removal.
class SampleWeights {
 public:
  SampleWeights() = default;
  SampleWeights(const Vector* weights) {
    if (weights != nullptr) view_.emplace(*weights);
  }
  template <class Derived>
  SampleWeights(const Eigen::MatrixBase<Derived>& weights)
      : view_(std::in_place, weights.derived()) {}
  SampleWeights(const SampleWeights&) = delete;
  SampleWeights& operator=(const SampleWeights&) = delete;

  /// Null if there are none.
  const double* data() const { return view_ ? view_->data() : nullptr; }
  Index size() const { return view_ ? view_->size() : 0; }
  bool given() const { return view_.has_value(); }

 private:
  std::optional<VectorView> view_;
};

/// Scores of n samples: a vector (of class 1 among two classes) or an n x n_classes matrix, one
/// column per class. Row-major and contiguous memory is not copied.
class ScoresView {
 public:
  template <class Derived>
  ScoresView(const Eigen::MatrixBase<Derived>& scores) {
    if constexpr (Derived::IsVectorAtCompileTime) {
      vector_.emplace(scores.derived());
    } else {
      matrix_.emplace(scores.derived());
    }
  }
  ScoresView(const ScoresView&) = delete;
  ScoresView& operator=(const ScoresView&) = delete;

  Index rows() const { return vector_ ? vector_->size() : matrix_->rows(); }
  /// 1 for a vector.
  Index cols() const { return vector_ ? 1 : matrix_->cols(); }
  const double* data() const { return vector_ ? vector_->data() : matrix_->data(); }
  /// From one row to the next.
  Index stride() const { return vector_ ? 1 : matrix_->outerStride(); }
  const double* row(Index i) const { return data() + i * stride(); }

 private:
  std::optional<VectorView> vector_;
  std::optional<MatrixView> matrix_;
};

}  // namespace grove::metrics
