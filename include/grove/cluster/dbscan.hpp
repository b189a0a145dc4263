#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/distance.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// How neighbours within eps are searched; never changes the answer.
/// - grid: cells of side eps / sqrt(d), for the euclidean and mahalanobis distances of 1 to 4
///   columns. Unsupported where cells cannot be numbered in 62 bits (from columns that range over
///   some 1e9 eps in 1 or 2 columns, 1e6 in 3, 3e4 in 4), and for eps outside [1e-140, 1e140].
/// - kd_tree: the norms (euclidean, manhattan, chebyshev, minkowski) and mahalanobis.
/// - ball_tree: these, haversine, hamming, and a distance of yours that says it is a metric.
/// - brute: any metric.
/// - automatic: the grid where it serves and up to 3 columns, then kd_tree for up to 20, ball_tree
///   for haversine, else brute. The report's notes say which and why.
enum class DBSCANAlgorithm { automatic, grid, kd_tree, ball_tree, brute };
std::span<const EnumName<DBSCANAlgorithm>> enum_names(DBSCANAlgorithm);

struct DBSCANParams {
  /// Largest distance of neighbours, itself included. Choose it for your data: the default suits
  /// nothing in particular.
  double eps = 0.5;
  /// A core point has at least so many points, itself among them, within eps; of weighted points
  /// the weights count.
  int min_samples = 5;
  Distance metric = Metric::euclidean;
  DBSCANAlgorithm algorithm = DBSCANAlgorithm::automatic;
  double p = 2;        // power of minkowski
  int leaf_size = 30;  // points in a leaf of a tree
  static const Schema<DBSCANParams>& schema();
};

/// Clusters by density (Ester, Kriegel, Sander & Xu, KDD 1996). Core points within eps of each
/// other are of one cluster; clusters are numbered by their lowest-index core point. A point that
/// is not core belongs to the cluster of its lowest-index core neighbour, or is noise, -1, without
/// one. Core points, their clusters and their numbers, and noise are those of scikit-learn; of a
/// point between clusters it takes the one with the lowest number instead.
///
/// Every algorithm and any number of threads give the same labels; "within" is d <= eps for grove's
/// distances, as in RadiusNeighbors*. Sums of weights are compared with min_samples exactly. Rows
/// of weight 0 take no part (scikit-learn's can be core) and are labelled afterwards. Memory O(n)
/// at any density: neighbours are never kept. Time: O(n log n) and about min_samples distances a
/// point with the grid and the KD-tree in few columns; else as a search for the neighbours of all
/// points, twice.
///
/// Memory beyond the data: about 8 d + 60 bytes a point, of which 8 d + 8 stay with the model; 16 d
/// more for mahalanobis, ball_tree and brute. More than 2^31 - 1 rows are refused.
class DBSCAN {
 public:
  using Params = DBSCANParams;
  static constexpr std::string_view type_name = "DBSCAN";
  static constexpr Capabilities capabilities{};

  explicit DBSCAN(DBSCANParams params = {}) : params_(std::move(params)) {}
  const DBSCANParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData, Unsupported or Cancelled; the
  /// old model is then kept.
  DBSCAN& fit(const Dataset& data, const Context& context = {});
  DBSCAN& fit(const MatrixView& x, const Context& context = {});

  /// The cluster of the lowest-index core point within eps of each row, -1 without one; of the
  /// training rows these are labels().
  Labels predict(const MatrixView& x, const Context& context = {}) const;

  /// One per training row; -1 is noise.
  const Labels& labels() const;
  /// Training rows that are core points, ascending.
  const std::vector<Index>& core_sample_indices() const;
  Index n_clusters() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  /// The points are saved with the labels. Unsupported for a distance that no file can hold.
  Value save_state() const;
  static DBSCAN load_state(const DBSCANParams& params, const StateReader& reader);

 private:
  struct State;
  DBSCANParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
