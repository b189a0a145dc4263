#include "cluster/reachability/single_linkage.hpp"

#include <algorithm>

#include "cluster/disjoint_sets.hpp"

namespace grove::cluster {

std::vector<Merge> single_linkage(const std::vector<Edge>& edges, Index n) {
  DisjointSets sets(n);
  struct Cluster {
    std::uint32_t name;
    std::uint32_t size;
  };
  std::vector<Cluster> clusters(static_cast<std::size_t>(n));  // of each set, at its least member
  for (std::uint32_t i = 0; i < clusters.size(); ++i) clusters[i] = {i, 1};
  std::vector<Merge> merges;
  merges.reserve(edges.size());
  auto next = static_cast<std::uint32_t>(n);
  for (const Edge& edge : edges) {
    const std::uint32_t a = sets.find(edge.a);
    const std::uint32_t b = sets.find(edge.b);
    const auto [left, right] = std::minmax(clusters[a].name, clusters[b].name);
    const std::uint32_t size = clusters[a].size + clusters[b].size;
    merges.push_back({left, right, edge.weight, static_cast<double>(size)});
    sets.unite(a, b);
    clusters[std::min(a, b)] = {next++, size};
  }
  return merges;
}

}  // namespace grove::cluster
