#include "cluster/linkage/point_merges.hpp"

#include <algorithm>

#include "cluster/disjoint_sets.hpp"
#include "cluster/linkage/linkage.hpp"
#include "core/radix_sort.hpp"

namespace grove::cluster {

Dendrogram dendrogram_of(std::vector<PointMerge> merges, MergeOrder order) {
  if (order == MergeOrder::by_height)
    radix_sort(merges, [](const PointMerge& merge) { return order_key(merge.height); });
  const auto n = static_cast<Index>(merges.size()) + 1;
  DisjointSets sets(n);
  std::vector<Index> cluster_of(static_cast<std::size_t>(n));  // by the set's name
  for (Index i = 0; i < n; ++i) cluster_of[static_cast<std::size_t>(i)] = i;
  std::vector<Merge> tree;
  tree.reserve(merges.size());
  for (const PointMerge& merge : merges) {
    const auto a = sets.find(merge.a);
    const auto b = sets.find(merge.b);
    const auto [left, right] = std::minmax(cluster_of[a], cluster_of[b]);
    tree.push_back({left, right, merge.height, 0});
    sets.unite(a, b);
    cluster_of[std::min(a, b)] = n + static_cast<Index>(tree.size()) - 1;
  }
  return Dendrogram(n, std::move(tree));
}

Dendrogram single_linkage_tree(std::string_view who, const MatrixView& points,
                               const MetricSpace& space, const Context& context) {
  std::vector<PointMerge> merges;
  for (const Edge& edge : minimum_spanning_tree(who, points, space.reduced(), context))
    merges.push_back({edge.a, edge.b, edge.weight});
  return dendrogram_of(std::move(merges), MergeOrder::as_given);
}

}  // namespace grove::cluster
