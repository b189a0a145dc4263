#pragma once

#include <string>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// A cluster of the condensed tree. Levels are lambda = 1 / distance: inf at distance 0.
struct CondensedCluster {
  /// Index of the cluster that it splits from; -1 for the root.
  int parent = -1;
  /// Where it splits from its parent; 0 for the root.
  double birth = 0;
  /// The largest level at which points leave it, or at which it splits.
  double death = 0;
  /// Points (by weight) at its birth.
  double size = 0;
  /// Excess of mass: the sum over its points of the levels that they stay in it beyond its birth.
  double stability = 0;
  /// Its label if it was selected; -1 otherwise.
  int label = -1;
};

/// What is left of a single-linkage hierarchy when splits count only if at least two parts have
/// min_cluster_size points: clusters, and for each point the cluster that it leaves last. Merges at
/// one height are one merge of many parts, so that neither the order of the rows nor the choice of
/// a spanning tree matters.
struct CondensedTree {
  /// Parents before children; 0 is the root.
  std::vector<CondensedCluster> clusters;
  /// Of each row: its cluster, and the level at which it leaves it. -1 and 0 for a row of weight 0.
  Labels point_clusters;
  Vector point_lambdas;

  /// One line for each cluster, indented.
  std::string to_text() const;
  /// {"clusters": [{parent, birth, death, size, stability, label}], "points": {"cluster": [],
  /// "lambda": []}}; what is infinite is "inf".
  std::string to_json() const;
  /// An icicle plot: a bar for each cluster from birth to death, as wide as it has points at each
  /// level; the selected ones are coloured. Levels beyond the 99th percentile of the points' are
  /// cut.
  std::string to_svg() const;
};

}  // namespace grove
