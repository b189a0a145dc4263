#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/dataset.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/distance.hpp"

namespace grove {

/// How neighbours are searched; never changes which are found.
/// - brute: all distances; by products of matrices where they are squared ones. Any metric.
/// - kd_tree: boxes; for up to some 20 columns. The norms (euclidean, manhattan, chebyshev,
///   minkowski) and mahalanobis.
/// - ball_tree: balls about points; these, haversine, hamming, and yours if it is a metric.
/// - cells: k-means cells, left out by the triangle inequality; the metrics of the KD-tree.
/// - nanoflann: the library's KD-tree, one query at a time; the same without chebyshev.
/// - automatic: brute below 200 points; else kd_tree for up to 20 columns where it serves the
///   metric, ball_tree for haversine, else brute. The report's notes say which and why.
enum class Algorithm { automatic, brute, kd_tree, ball_tree, cells, nanoflann };
std::span<const EnumName<Algorithm>> enum_names(Algorithm);

struct NearestNeighborsParams {
  int n_neighbors = 5;
  double radius = 1.0;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;        // power of minkowski
  int leaf_size = 30;  // points in a leaf of a tree
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
/// Coordinates whose distances could overflow are refused with InvalidData, as are NaN (but for the
/// metric gower). Queries may be asked from many threads at once. Building: O(n log n) for a tree;
/// a copy of the points is kept.
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
  /// The same into your memory, x.rows() x k, row by row. Throws InvalidParameter if it has another
  /// size.
  void kneighbors(const MatrixView& x, Index k, std::span<Index> rows, std::span<double> distances,
                  const Context& context = {}) const;
  /// Of every fitted point among the others, n_points() x k.
  void kneighbors(Index k, std::span<Index> rows, std::span<double> distances,
                  const Context& context = {}) const;
  /// The k nearest and all that are as far as the k-th: which, does not depend on the order of the
  /// points.
  RadiusNeighbors kneighbors_with_ties(const MatrixView& x, std::optional<Index> k = {},
                                       const Context& context = {}) const;
  RadiusNeighbors kneighbors_with_ties(std::optional<Index> k = {},
                                       const Context& context = {}) const;
  /// All within `radius` (ends included), nearest first.
  RadiusNeighbors radius_neighbors(const MatrixView& x, std::optional<double> radius = {},
                                   const Context& context = {}) const;
  RadiusNeighbors radius_neighbors(std::optional<double> radius = {},
                                   const Context& context = {}) const;

  Index n_points() const;
  /// What `automatic` chose.
  Algorithm algorithm_used() const;
  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  /// The points are saved, not the tree: it is built again, alike, by loading.
  Value save_state() const;
  static NearestNeighbors load_state(const NearestNeighborsParams& params,
                                     const StateReader& reader);

 private:
  struct State;
  NearestNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
