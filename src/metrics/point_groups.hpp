#pragma once

#include <string_view>
#include <vector>

#include "grove/core/types.hpp"
#include "metrics/contingency.hpp"

namespace grove::metrics {

/// Equal lengths, at least one row and one column, all finite; `who` is the metric's name.
void check_points(std::string_view who, const MatrixView& x, const LabelsView& labels);

/// check_points, and 2 to n-1 clusters.
Grouping checked_grouping(std::string_view who, const MatrixView& x, const LabelsView& labels);

/// The rows of cluster c are order[begin[c]] ... order[begin[c + 1] - 1], increasing.
struct RowsByCluster {
  std::vector<Index> order;
  std::vector<Index> begin;
};
RowsByCluster rows_by_cluster(const std::vector<Index>& group, std::size_t n_groups);

/// Feature by feature in groups of distance_lanes points; what is beyond the last is 0. Appends
/// points order[begin] ... order[end - 1].
void append_groups(const MatrixView& x, const std::vector<Index>& order, Index begin, Index end,
                   std::vector<double>& groups);

}  // namespace grove::metrics
