#pragma once

#include <array>
#include <iosfwd>
#include <string>
#include <vector>

#include "grove/estimator/estimator.hpp"

namespace grove {

struct PartialDependenceOptions {
  /// Points of a numeric column's grid, at least 2.
  int grid_resolution = 100;
  /// Between which quantiles of the column it lies.
  std::array<double, 2> percentiles = {0.05, 0.95};
  /// Whether to keep the curve of every row beside the average.
  bool individual = false;
};

/// What a model answers on average if one column, or two, had the same value in all rows.
struct PartialDependence {
  std::string model;  // its expression
  /// The one or two columns asked about, and the values each is set to. NaN = missing.
  Columns columns;
  std::vector<Vector> grid;
  /// The class names, or the target's name.
  std::vector<std::string> outputs;
  /// One row per point, one column per output. With two columns point p has the values
  /// grid[0](p / m) and grid[1](p % m), m being the size of grid[1].
  Matrix average;
  /// On request: for each output the curves of single rows (ICE), n_rows x n_points.
  std::vector<Matrix> individual;

  Index n_points() const { return average.rows(); }
  /// The value of the asked column `c` (0 or 1) at a point.
  double value(Index point, Index c) const;
};

/// Friedman, "Greedy function approximation", Annals of Statistics 29 (2001); individual curves by
/// Goldstein et al., "Peeking inside the black box", JCGS 24 (2015).
///
/// The grid is scikit-learn's: a numeric column with fewer different values than grid_resolution
/// gives all of them, another one equal steps between its quantiles (Hazen-Cunnane's, alpha = beta
/// = 0.4; weights do not count); a categorical one the categories that occur. Where the column has
/// missing values the last point is "missing". The other columns, missing values too, stay as they
/// are. Averages are weighted by the rows' weights. Classifiers answer with probabilities, one
/// output per class also when there are two.
///
/// Costs one prediction of all rows per point; points run in parallel, each with a copy of x; the
/// same bits for any number of threads. Throws InvalidParameter for options out of range, unknown
/// or repeated columns and quantiles that coincide, InvalidData without rows, Unsupported for
/// classifiers without probabilities and for what has no target, and what predict throws.
PartialDependence partial_dependence(const Estimator& fitted, const Dataset& data,
                                     const std::vector<std::string>& columns,
                                     const PartialDependenceOptions& options = {},
                                     const Context& context = {});

/// A table: one line per point, with a column per output.
std::ostream& operator<<(std::ostream& out, const PartialDependence& result);

}  // namespace grove
