#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/data/dataset.hpp"

namespace grove::cluster {

/// Weighted points: the rows of x, or those that `rows` names. Weights are positive.
struct Points {
  MatrixView x;
  const Vector* weights = nullptr;           // of the rows of x; null: all 1
  const std::vector<Index>* rows = nullptr;  // null: all

  Index size() const { return rows == nullptr ? x.rows() : static_cast<Index>(rows->size()); }
  Index dimension() const { return x.cols(); }
  Index source(Index i) const { return rows == nullptr ? i : (*rows)[static_cast<std::size_t>(i)]; }
  const double* row(Index i) const { return x.data() + source(i) * x.outerStride(); }
  double weight(Index i) const { return weights == nullptr ? 1 : (*weights)(source(i)); }
};

/// The rows of positive weight, or nothing if that is all of them.
inline std::optional<std::vector<Index>> rows_with_weight(const Dataset& data) {
  if (data.weights() == nullptr || data.weights()->minCoeff() > 0) return std::nullopt;
  std::vector<Index> rows;
  for (Index i = 0; i < data.n_rows(); ++i)
    if ((*data.weights())(i) > 0) rows.push_back(i);
  return rows;
}

/// Blocks of rows: at most 64, depending on n alone.
inline Index row_grain(Index n) { return std::max<Index>(512, (n + 63) / 64); }

}  // namespace grove::cluster
