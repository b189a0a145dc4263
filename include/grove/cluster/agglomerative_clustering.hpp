#pragma once

#include <memory>
#include <optional>

#include "grove/cluster/dendrogram.hpp"
#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/neighbors/graph.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// How far apart two clusters are, A of a points and B of b points:
/// - ward: sqrt(2 a b / (a + b)) |mean(A) - mean(B)|, the growth of the inertia (Ward 1963);
/// - complete, average, single: the largest, mean and smallest distance of their points;
/// - weighted: the mean of the distances of B to the two parts of A (WPGMA);
/// - centroid, median: |mean(A) - mean(B)|, where median takes a union's mean half-way between
///   those of its parts. A merge may be lower than one before it.
enum class Linkage { ward, complete, average, single, weighted, centroid, median };
std::span<const EnumName<Linkage>> enum_names(Linkage);

struct AgglomerativeClusteringParams {
  /// Clusters to cut the tree into; none if distance_threshold says where.
  std::optional<int> n_clusters = 2;
  Linkage linkage = Linkage::ward;
  /// euclidean with ward, centroid and median.
  Distance metric = Metric::euclidean;
  double p = 2;  // power of minkowski
  /// Clusters this far apart or farther stay apart.
  std::optional<double> distance_threshold = {};
  /// Only clusters with points that are among each other's so many nearest are merged.
  std::optional<int> connectivity_neighbors = {};
  static const Schema<AgglomerativeClusteringParams>& schema();
};

/// Starts with each point a cluster and merges the nearest two until all are one; always builds the
/// whole tree. Equal rows are merged first. Of equally near clusters the one whose last row comes
/// first is the nearest; which one is taken may change the heights above.
/// Time: ward O(n^2 d) at most, with a KD-tree near O(n log n) in few columns; complete, average,
/// weighted O(n^2) beyond the distances; centroid, median O(n^2 d) as a rule. Memory: O(n d), but
/// 4 m (m - 1) bytes for complete, average and weighted, refused if the machine has less: m is n,
/// or some n / 3 with the euclidean metric in few columns.
///
/// With a connectivity graph (as scikit-learn's), only clusters that an edge joins are merged, and
/// complete, average and weighted look at the distances along edges alone. Edges count in both
/// directions. A graph in parts is completed by the shortest edge between each two of them, with a
/// warning in report(). O(e log e) for e edges.
///
/// Labels are numbered by the lowest row of each cluster. There is no predict for new points: what
/// a further point would change is not defined.
class AgglomerativeClustering {
 public:
  using Params = AgglomerativeClusteringParams;
  static constexpr std::string_view type_name = "AgglomerativeClustering";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit AgglomerativeClustering(AgglomerativeClusteringParams params = {})
      : params_(std::move(params)) {}
  const AgglomerativeClusteringParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter (both or none of n_clusters and
  /// distance_threshold, a metric that the linkage cannot use), InvalidData (n_clusters > n;
  /// values that the metric cannot take, beyond 1e140 with ward, centroid, median) or Cancelled;
  /// the old model is then kept.
  AgglomerativeClustering& fit(const Dataset& data, const Context& context = {});
  AgglomerativeClustering& fit(const MatrixView& x, const Context& context = {});
  /// Under this graph, n x n, in the place of connectivity_neighbors. Any stored entry is an edge.
  AgglomerativeClustering& fit_connected(const Dataset& data, const Graph& connectivity,
                                         const Context& context = {});
  AgglomerativeClustering& fit_connected(const MatrixView& x, const Graph& connectivity,
                                         const Context& context = {});

  /// One per training row.
  const Labels& labels() const;
  Index n_clusters() const;
  const Dendrogram& dendrogram() const;
  /// Of the graph before it was completed; 1 without one.
  Index n_connected_components() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  /// Throws Unsupported with a distance of the user's.
  Value save_state() const;
  static AgglomerativeClustering load_state(const AgglomerativeClusteringParams& params,
                                            const StateReader& reader);

 private:
  struct State;
  static std::shared_ptr<const State> fit_state(const AgglomerativeClusteringParams& params,
                                                const Dataset& data, const Graph* connectivity,
                                                const Context& context);
  AgglomerativeClusteringParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
