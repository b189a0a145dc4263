#pragma once

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
  SampleWeights(const Vector* weights)
      : data_(weights != nullptr ? weights->data() : nullptr),
        size_(weights != nullptr ? weights->size() : 0),
        given_(weights != nullptr) {}
  template <class Derived>
  SampleWeights(const Eigen::MatrixBase<Derived>& weights) : size_(weights.size()), given_(true) {
    static_assert(Derived::IsVectorAtCompileTime, "sample weights are a vector");
    if constexpr ((Derived::Flags & Eigen::DirectAccessBit) != 0) {
      data_ = weights.derived().data();
      if (weights.derived().innerStride() == 1) return;
    }
    copy_ = weights;
    data_ = copy_.data();
  }
  SampleWeights(const SampleWeights&) = delete;
  SampleWeights& operator=(const SampleWeights&) = delete;

  bool given() const { return given_; }
  Index size() const { return size_; }
  const double* data() const { return data_; }

 private:
  const double* data_ = nullptr;
  Index size_ = 0;
  bool given_ = false;
  Vector copy_;  // of an expression, or of elements that do not lie side by side
};

/// Scores of n samples: a vector (of class 1 among two classes) or an n x n_classes matrix, one
/// column per class. Vectors, rows and blocks of row-major matrices are not copied.
class ScoresView {
 public:
  template <class Derived>
  ScoresView(const Eigen::MatrixBase<Derived>& scores)
      : rows_(Derived::IsVectorAtCompileTime ? scores.size() : scores.rows()),
        cols_(Derived::IsVectorAtCompileTime ? 1 : scores.cols()) {
    constexpr bool vector = Derived::IsVectorAtCompileTime;
    if constexpr ((Derived::Flags & Eigen::DirectAccessBit) != 0 &&
                  (vector || Derived::IsRowMajor)) {
      data_ = scores.derived().data();
      stride_ = vector ? scores.derived().innerStride() : scores.derived().outerStride();
      if (vector || scores.derived().innerStride() == 1) return;
    }
    if constexpr (vector) {
      copy_ = scores.reshaped(scores.size(), 1);
    } else {
      copy_ = scores;
    }
    data_ = copy_.data();
    stride_ = cols_;
  }
  ScoresView(const ScoresView&) = delete;
  ScoresView& operator=(const ScoresView&) = delete;

  Index rows() const { return rows_; }
  /// 1 for a vector.
  Index cols() const { return cols_; }
  const double* data() const { return data_; }
  /// From one row to the next.
  Index stride() const { return stride_; }
  const double* row(Index i) const { return data_ + i * stride_; }

 private:
  Index rows_;
  Index cols_;
  const double* data_ = nullptr;
  Index stride_ = 0;
  Matrix copy_;  // of an expression or a column-major matrix
};

}  // namespace grove::metrics
