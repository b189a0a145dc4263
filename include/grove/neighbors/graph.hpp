#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

// After grove's own headers, which settle how Eigen allocates.
#include <Eigen/SparseCore>

namespace grove {

/// Row i holds the neighbours of query i, columns are rows of the fitted points; compressed, and so
/// ready for Eigen's solvers. Columns ascend in each row; a distance of 0 is stored like any other.
using Graph = Eigen::SparseMatrix<double, Eigen::RowMajor, Index>;

/// What the entries of a graph are: 1, or the distance.
enum class GraphMode { connectivity, distance };

/// The k nearest of each row of x (n_neighbors if not given). Errors as of kneighbors.
Graph kneighbors_graph(const NearestNeighbors& model, const MatrixView& x,
                       std::optional<Index> k = {}, GraphMode mode = GraphMode::connectivity,
                       const Context& context = {});
/// Of each fitted point among the others.
Graph kneighbors_graph(const NearestNeighbors& model, std::optional<Index> k = {},
                       GraphMode mode = GraphMode::connectivity, const Context& context = {});
/// All within a radius. Errors as of radius_neighbors.
Graph radius_neighbors_graph(const NearestNeighbors& model, const MatrixView& x,
                             std::optional<double> radius = {},
                             GraphMode mode = GraphMode::connectivity, const Context& context = {});
Graph radius_neighbors_graph(const NearestNeighbors& model, std::optional<double> radius = {},
                             GraphMode mode = GraphMode::connectivity, const Context& context = {});

}  // namespace grove
