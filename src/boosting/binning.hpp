#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

/// How one column's values become bins 0..n_bins-1; missing values get bin n_bins.
struct ColumnBins {
  bool categorical = false;
  int n_bins = 1;
  /// Numeric: bin b holds the values above edges[b - 1] and up to edges[b].
  std::vector<double> edges = {};
  /// Categorical: the bin of every category; those without rows are like missing ones.
  std::vector<std::int32_t> bin_of_category = {};

  int n_codes() const { return n_bins + 1; }
  int bin_of(double value) const;
};

/// Where a column's bins are stored: in a group, which is one byte per row. A column alone in its
/// group is stored as it is. Columns that are hardly ever away from their commonest bin at the same
/// time share a group (exclusive feature bundling; Ke et al., "LightGBM", NIPS 2017): code 0 says
/// that all of them are there, and the other bins of each have codes of their own.
struct ColumnPlace {
  int group = 0;
  int first = 0;         // code of the first bin that is stored
  int default_bin = -1;  // not stored; -1 for a column alone
};

/// The bins of all rows. Up to 255 bins: bytes, row after row for the histograms and, unless there
/// are many columns, once more column after column for dividing rows. More bins: column after
/// column, two or four bytes each.
struct BinnedData {
  Index n_rows = 0;
  std::vector<ColumnBins> columns;
  bool narrow = true;

  std::vector<ColumnPlace> places;
  std::vector<int> group_codes;  // number of codes of each group
  int stride = 0;                // bytes from row to row
  std::vector<std::uint8_t> rows;
  std::vector<std::uint8_t> by_column;  // may be empty

  std::vector<std::uint16_t> wide16;
  std::vector<std::uint32_t> wide32;

  int n_groups() const { return static_cast<int>(group_codes.size()); }
  /// The bin of one value; slow, for single look-ups.
  int bin(Index row, Index column) const;
  /// Bytes held.
  std::size_t n_bytes() const;
};

/// As many bins as distinct values.
inline constexpr int all_values = 0;

/// Bins are single values where a column has at most max_bins distinct ones (edges half-way), else
/// hold equal shares of the weight, of evenly spaced rows if there are more than 400,000. max_bins
/// up to 255 makes narrow bins, more (or all_values) wide ones. Only rows with weight have a say.
/// O(n d) time, n values of scratch per thread.
BinnedData bin_data(const Dataset& data, const Vector& weights, int max_bins, bool bundle,
                    const Context& context);

}  // namespace grove
