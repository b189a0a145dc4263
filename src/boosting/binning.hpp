#pragma once

#include <cstdint>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

/// How one column's values become bins 0..n_bins-1; missing values get bin n_bins.
struct ColumnBins {
  bool categorical = false;
  int n_bins = 1;
  /// Numeric: bin b holds the values above edges[b - 1] and up to edges[b].
  std::vector<double> edges;
  /// Categorical: the bin of every category; those without rows are like missing ones.
  std::vector<std::uint8_t> bin_of_category;

  std::uint8_t bin_of(double value) const;
};

/// Column-wise bins of the rows that take part.
struct BinnedData {
  Index n_rows = 0;
  std::vector<ColumnBins> columns;
  std::vector<std::uint8_t> bins;  // column after column

  const std::uint8_t* column(std::size_t j) const {
    return bins.data() + j * static_cast<std::size_t>(n_rows);
  }
};

/// Bins are single values where a column has at most max_bins distinct ones (edges half-way), else
/// hold equal shares of the weight.
BinnedData bin_data(const Dataset& data, const Vector& weights, int max_bins,
                    const Context& context);

}  // namespace grove
