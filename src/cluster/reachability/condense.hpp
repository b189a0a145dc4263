#pragma once

#include <cstdint>
#include <vector>

#include "cluster/reachability/spanning_tree.hpp"
#include "grove/cluster/condensed_tree.hpp"
#include "grove/params/value.hpp"

// The condensed tree of a spanning tree, and what is selected from it.

namespace grove::cluster {

/// 1 / distance, finite unless the distance is 0.
double level_of(double distance);

/// Of points that differ: point_clusters and point_lambdas are by point. Nothing is selected.
/// `counts`: how many points stand at each; null: one.
CondensedTree condense(const SpanningTree& tree, Index n_points, const double* counts,
                       Index min_cluster_size);

struct Selection {
  bool leaves = false;
  bool allow_root = false;
  double epsilon = 0;
  double max_size = 0;  // 0: any
};

/// By cluster: whether it is selected. No cluster below a selected one is.
std::vector<char> select_clusters(const CondensedTree& tree, const Selection& selection);

Value tree_to_value(const CondensedTree& tree);
/// Of so many rows. Throws what the reader does.
CondensedTree tree_from_value(const StateReader& reader, Index n_rows);

/// What points of a tree with labels belong to.
class Memberships {
 public:
  /// `epsilon` as in Selection.
  Memberships(const std::vector<CondensedCluster>& clusters, double epsilon);

  struct Membership {
    int label = -1;
    double probability = 0;
    double outlier_score = 0;
  };
  /// Of a point that leaves the cluster at this level.
  Membership operator()(int cluster, double level) const;
  /// The selected cluster that holds `cluster`; -1: none.
  int selected(int cluster) const { return selected_[static_cast<std::size_t>(cluster)]; }

 private:
  const std::vector<CondensedCluster>& clusters_;
  std::vector<int> selected_;
  std::vector<double> last_levels_;  // in all below a cluster
  double root_level_;                // what a point needs to stay in a selected root
};

}  // namespace grove::cluster
