#pragma once

#include <cstdint>
#include <vector>

#include "cluster/linkage/linkage_kernels.hpp"
#include "grove/core/types.hpp"

namespace grove::cluster {

/// A tree of clustering features: size, mean and sum of squared deviations of the points below.
class CfTree {
 public:
  CfTree(Index d, double threshold, Index branching_factor);

  void insert(const double* point);
  /// The means of the leaves' entries, leaf by leaf.
  Matrix centers() const;
  std::uint64_t distance_evaluations() const { return distance_evaluations_; }

 private:
  struct Node {
    bool leaf = true;
    Index n = 0;                // entries
    std::vector<double> means;  // in chunks
    std::vector<double> sizes, deviations;
    std::vector<Index> children;  // of an inner node
    Index next = -1;              // leaf
  };
  struct Feature {
    std::vector<double> mean;
    double size = 0;
    double deviation = 0;
  };

  Index new_node(bool leaf);
  double& mean(Node& node, Index entry, Index j) const;
  double mean(const Node& node, Index entry, Index j) const;
  Feature feature(const Node& node, Index entry) const;
  void put(Node& node, Index entry, const Feature& feature, Index child) const;
  void append(Node& node, const Feature& feature, Index child) const;
  Index nearest(const Node& node, const double* point);
  /// The growth of the deviations by joining `point` to an entry.
  double growth(const Node& node, Index entry, const double* point) const;
  void absorb(Node& node, Index entry, const double* point, double growth) const;
  /// Whether the node has more entries than it may.
  bool insert(Index node, const double* point);
  /// Moves some entries to a new node, which is returned.
  Index split(Index node);
  Feature sum_of(const Node& node) const;

  Index d_;
  double threshold_;
  Index most_entries_;
  LinkageKernels kernels_;
  std::vector<std::uint32_t> names_;
  std::vector<Node> nodes_;
  Index root_ = 0;
  Index first_leaf_ = 0;
  std::uint64_t distance_evaluations_ = 0;
};

}  // namespace grove::cluster
