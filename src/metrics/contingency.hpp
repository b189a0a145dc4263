#pragma once

#include <string_view>
#include <vector>

#include "grove/core/types.hpp"

namespace grove::metrics {

/// Labels renumbered 0..size-1 in increasing order.
struct Grouping {
  std::vector<Index> group;   // of each row
  std::vector<double> sizes;  // rows of each group
};
Grouping grouping(const LabelsView& labels);

/// The cells of the table of two labellings that are not zero, by row, then column.
struct Contingency {
  struct Cell {
    Index row;
    Index column;
    double count;
  };
  std::vector<Cell> cells;
  std::vector<double> rows;
  std::vector<double> columns;
  double n = 0;
};

/// Checks the lengths, naming `who`. O(n log n) time, O(n) memory whatever the labels are.
Contingency contingency(std::string_view who, const LabelsView& labels_true,
                        const LabelsView& labels_pred);

}  // namespace grove::metrics
