#pragma once

#include <memory>

#include "grove/cluster/condensed_tree.hpp"
#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/distance.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// Which clusters of the condensed tree are taken. eom: those that together have the largest excess
/// of mass; leaf: its leaves.
enum class ClusterSelection { eom, leaf };
std::span<const EnumName<ClusterSelection>> enum_names(ClusterSelection);

struct HDBSCANParams {
  /// Points that a part must have to be a cluster.
  int min_cluster_size = 5;
  /// The core distance of a point is the least radius about it that holds so many points, itself
  /// among them; 0: min_cluster_size.
  int min_samples = 0;
  /// Clusters that split at a smaller distance than this are not split.
  double cluster_selection_epsilon = 0;
  /// eom takes no larger cluster; 0: any.
  int max_cluster_size = 0;
  Distance metric = Metric::euclidean;
  double p = 2;
  /// Distances are divided by it before they are compared with core distances.
  double alpha = 1;
  ClusterSelection cluster_selection_method = ClusterSelection::eom;
  /// Whether all points may be one cluster.
  bool allow_single_cluster = false;
  static const Schema<HDBSCANParams>& schema();
};

/// Where new points belong.
struct ClusterMembership {
  Labels labels;
  Vector probabilities;
  Vector outlier_scores;
};

/// Hierarchical density clustering (Campello, Moulavi & Sander 2013; Campello et al. 2015; McInnes
/// & Healy 2017), by a minimum spanning tree of mutual reachability: see CondensedTree for how it
/// is condensed. Labels 0..k-1 in the order of the clusters' first rows; -1 is noise. As in
/// scikit-learn: the root is selected only under allow_single_cluster, and then keeps the points
/// that stay until its end (or to cluster_selection_epsilon).
///
/// Weights are whole numbers: a row of weight w is w equal rows, one of 0 takes no part and is
/// labelled as a new point. mahalanobis takes the covariance of the different rows.
///
/// About O(n log n) time and 100 bytes a row for norms, cosine and mahalanobis in up to 32 columns,
/// else O(n^2) time; no metric takes more than O(n) memory. Throws InvalidData for fewer points
/// than min_samples, and for weights that are not whole.
class HDBSCAN {
 public:
  using Params = HDBSCANParams;
  static constexpr std::string_view type_name = "HDBSCAN";
  static constexpr Capabilities capabilities{};

  explicit HDBSCAN(HDBSCANParams params = {}) : params_(std::move(params)) {}
  const HDBSCANParams& params() const { return params_; }

  HDBSCAN& fit(const Dataset& data, const Context& context = {});
  HDBSCAN& fit(const MatrixView& x, const Context& context = {});

  /// Labels of new points without a new fit. An approximation: a point joins, at its mutual
  /// reachability to the training row where that is least (of the 2 min_samples nearest), the
  /// cluster which holds that row there; no cluster grows or splits by it. A point equal to a
  /// training row has its label, so that of the training rows these are labels(). One search a
  /// point.
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  ClusterMembership approximate_predict(const MatrixView& x, const Context& context = {}) const;

  /// One per training row.
  const Labels& labels() const;
  /// How deep in its cluster: the level at which the point leaves over the cluster's last; 0 for
  /// noise.
  const Vector& probabilities() const;
  /// GLOSH (Campello et al. 2015): 1 - (level at which the point leaves / the last level in all
  /// below the cluster that it leaves). 0 is deep inside, 1 far out.
  const Vector& outlier_scores() const;
  const CondensedTree& condensed_tree() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static HDBSCAN load_state(const HDBSCANParams& params, const StateReader& reader);

 private:
  struct State;
  HDBSCANParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
