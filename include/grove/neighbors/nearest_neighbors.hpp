#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/distance.hpp"

namespace grove {

/// How neighbours are searched; never changes which are found. `kd_tree` serves all of grove's own
/// metrics, `nanoflann` (the library's tree, one query at a time) all but chebyshev, `brute` also a
/// distance of yours; `automatic` takes kd_tree for up to 20 columns and at least 200 points.
enum class Algorithm { automatic, brute, kd_tree, nanoflann };
std::span<const EnumName<Algorithm>> enum_names(Algorithm);

struct NearestNeighborsParams {
  int n_neighbors = 5;
  double radius = 1.0;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;  // power of minkowski
  int leaf_size = 30;
  static const Schema<NearestNeighborsParams>& schema();
};

using IndexMatrix = Eigen::Matrix<Index, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Row i holds the neighbours of query i, nearest first; equal distances by row of the reference.
struct Neighbors {
  IndexMatrix rows;
  Matrix distances;
};

/// The neighbours of query i are entries offsets[i] to offsets[i + 1].
struct RadiusNeighbors {
  std::vector<Index> offsets;
  std::vector<Index> rows;
  std::vector<double> distances;
};

class PointIndex;

/// Exact search for the nearest of a set of points. Every algorithm and any number of threads give
/// the same neighbours: ordered by (distance, row), the k-th tie going to the lower row.
/// Coordinates whose distances could overflow are refused with InvalidData. Building: O(n log n)
/// for a tree; a copy of the points is kept.
class NearestNeighbors {
 public:
  using Params = NearestNeighborsParams;
  static constexpr std::string_view type_name = "NearestNeighbors";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit NearestNeighbors(NearestNeighborsParams params = {}) : params_(std::move(params)) {}
  const NearestNeighborsParams& params() const { return params_; }

  NearestNeighbors& fit(const Dataset& data, const Context& context = {});
  NearestNeighbors& fit(const MatrixView& x, const Context& context = {});

  /// The k nearest (n_neighbors if not given) of every row of x. Throws InvalidParameter for k < 1
  /// or k > n.
  Neighbors kneighbors(const MatrixView& x, std::optional<Index> k = {},
                       const Context& context = {}) const;
  /// Of every fitted point among the others: itself, by row, is left out.
  Neighbors kneighbors(std::optional<Index> k = {}, const Context& context = {}) const;
  /// All within `radius` (ends included), nearest first.
  RadiusNeighbors radius_neighbors(const MatrixView& x, std::optional<double> radius = {},
                                   const Context& context = {}) const;
  RadiusNeighbors radius_neighbors(std::optional<double> radius = {},
                                   const Context& context = {}) const;

  /// What `automatic` chose.
  Algorithm algorithm_used() const;
  const TrainedOn& trained_on() const;
  const FitReport& report() const;

 private:
  struct State;
  NearestNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
