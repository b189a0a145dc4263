#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "cluster/density/density_search.hpp"
#include "grove/data/dataset.hpp"
#include "neighbors/point_index.hpp"

namespace grove::cluster {

/// Euclidean. Null if PointGrid has no layout for the points.
std::unique_ptr<DensitySearch> make_grid_search(const MatrixView& points, const Within& within,
                                                const Context& context);
/// The norms: euclidean, manhattan, chebyshev, minkowski.
std::unique_ptr<DensitySearch> make_tree_search(const MatrixView& points, const Within& within,
                                                int leaf_size, const Context& context);
/// Every metric; the points as they came.
std::unique_ptr<DensitySearch> make_index_search(PointIndex index, double eps);

}  // namespace grove::cluster
