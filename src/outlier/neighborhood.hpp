#pragma once

#include <string_view>
#include <vector>

#include "grove/core/report.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

/// The fitted points of a detector that looks at each point's neighbours.
struct Neighborhood {
  TrainedOn trained_on;
  PointIndex index;
  Index k;  // n_neighbors, or fewer if there are not that many others
  FitReport report;
};

/// Throws InvalidData naming `who` for fewer than 2 points.
Neighborhood neighborhood_of(std::string_view who, const Dataset& data, int n_neighbors,
                             const PointIndex::Settings& settings, const Context& context);

Value::Map save_neighborhood(std::string_view who, const Neighborhood& hood,
                             const Distance& metric);
Neighborhood load_neighborhood(std::string_view who, int n_neighbors,
                               const PointIndex::Settings& settings, const StateReader& reader);

/// The score below which a share of the fitted points lies: a quantile, interpolated.
double threshold_at(const Vector& training_scores, double contamination);

/// 1, or -1 below the threshold.
Labels labels_of(const Vector& scores, double threshold);

}  // namespace grove
