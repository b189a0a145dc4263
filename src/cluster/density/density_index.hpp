#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cluster/density/density_searches.hpp"
#include "grove/cluster/dbscan.hpp"
#include "neighbors/metric_space.hpp"

namespace grove::cluster {

/// Points, a metric and eps: the search behind DBSCAN, by the algorithm that the parameters name.
class DensityIndex {
 public:
  /// Throws InvalidParameter naming `who` for a metric that the algorithm cannot serve, InvalidData
  /// for points that the metric cannot take, Unsupported for a grid that cannot be.
  DensityIndex(std::string_view who, const MatrixView& points, const std::vector<Column>& columns,
               const DBSCANParams& params, const Context& context);

  /// What was chosen and why, if anything was left to choose.
  const std::string& note() const { return note_; }
  /// The points as they came.
  Matrix points() const { return as_given_ ? *as_given_ : search_->points(); }

  Density find(const CoreRule& rule, const Context& context) {
    return search_->find(who_, rule, context);
  }
  void set_core(const Buffer<char>& core) { search_->set_core(core); }
  /// Throws InvalidData for a row that the metric cannot take.
  std::vector<PointId> lowest_core(const MatrixView& queries, const Context& context) const;

 private:
  std::string_view who_;
  std::string note_;
  std::optional<MetricSpace> space_;  // of the grid and the KD-tree
  std::optional<Matrix> as_given_;    // if the metric prepares points
  std::unique_ptr<DensitySearch> search_;
};

}  // namespace grove::cluster
