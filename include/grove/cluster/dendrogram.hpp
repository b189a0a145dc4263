#pragma once

#include <optional>
#include <string>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/params/value.hpp"

namespace grove {

/// Two clusters become one. Clusters 0..n-1 are the points, cluster n + i is made by merge i.
struct Merge {
  Index left = 0;  // left < right
  Index right = 0;
  double height = 0;
  Index size = 0;  // points in the new cluster
  bool operator==(const Merge&) const = default;
};

/// The whole tree of a hierarchical clustering of n points: n - 1 merges, in the order in which
/// they happen (as the rows of scipy's linkage matrix). Heights ascend, except for linkages that
/// can step back (centroid, median, or under connectivity constraints).
class Dendrogram {
 public:
  /// Fills the sizes in. Throws InvalidParameter unless each cluster but the last is merged just
  /// once, after it was made, and heights are finite and not negative.
  Dendrogram(Index n_points, std::vector<Merge> merges);

  Index n_points() const { return static_cast<Index>(merges_.size()) + 1; }
  const std::vector<Merge>& merges() const { return merges_; }

  /// The last k - 1 merges undone. Clusters are numbered by their lowest points. O(n). Throws
  /// InvalidParameter unless 1 <= k <= n.
  Labels cut(Index n_clusters) const;
  /// Points are together if all merges up to the one that joins them are lower than `height`: that
  /// of equal height is undone. O(n).
  Labels cut_at(double height) const;
  /// Points from left to right, so that no lines of a drawing cross; the left cluster first. O(n).
  std::vector<Index> leaf_order() const;
  /// The height of the merge that joins each pair: the upper triangle row by row, n (n - 1) / 2
  /// values (as scipy's cophenet). O(n^2).
  Vector cophenetic_distances() const;
  /// Whether heights ascend.
  bool is_monotonic() const;

  bool operator==(const Dendrogram&) const = default;
  Value to_value() const;
  static Dendrogram from_value(const StateReader& reader);

 private:
  Labels labels_by(const std::vector<char>& joins) const;
  std::vector<Merge> merges_;
};

struct DendrogramDrawing {
  std::vector<std::string> names = {};  // of the points; their numbers if empty
  /// Branches of so many clusters get colours.
  std::optional<Index> n_clusters = {};
  /// Beyond it, the lowest merges are drawn as one leaf with the number of its points.
  Index max_leaves = 60;
};

/// A drawing that follows the reader's light or dark scheme. Throws InvalidParameter for names that
/// are not n_points, n_clusters that is not in 1..n, max_leaves < 2.
std::string to_svg(const Dendrogram& tree, const DendrogramDrawing& drawing = {});
/// ((b:1,c:1):2,a:3); names are quoted where they need it. The length of a branch is the difference
/// of two heights. Throws InvalidParameter for names that are not n_points.
std::string to_newick(const Dendrogram& tree, const std::vector<std::string>& names = {});
/// {"n_points": n, "merges": [[left, right, height, size], ...]}; numbers read back to the same
/// bits.
std::string to_json(const Dendrogram& tree);

}  // namespace grove
