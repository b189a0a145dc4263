#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <tuple>

#include "cluster/disjoint_sets.hpp"
#include "cluster/linkage/linkage.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/search.hpp"

namespace grove::cluster {

namespace {

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

Edge edge_between(Index i, Index j) {
  return {static_cast<std::uint32_t>(std::min(i, j)), static_cast<std::uint32_t>(std::max(i, j)),
          0};
}

class Distances {
 public:
  Distances(const MatrixView& points, const MetricSpace& space) : points_(points), space_(space) {}
  double reduced(Index a, Index b) const {
    const double* const rows = points_.data();
    const double value = space_.reduced().kernel->of_pair(
        rows + a * points_.outerStride(), rows + b * points_.outerStride(), points_.cols());
    check_distance(value, b);
    return value;
  }
  double operator()(Index a, Index b) const { return space_.reduced().finish(reduced(a, b)); }

 private:
  const MatrixView& points_;
  const MetricSpace& space_;
};

/// Rows by component, in the order of their lowest rows.
std::vector<std::vector<Index>> components_of(Index n, const std::vector<Edge>& edges) {
  DisjointSets sets(n);
  for (const Edge& edge : edges) sets.unite(edge.a, edge.b);
  std::vector<Index> number(at(n), -1);
  std::vector<std::vector<Index>> components;
  for (Index i = 0; i < n; ++i) {
    Index& component = number[sets.find(static_cast<std::uint32_t>(i))];
    if (component < 0) {
      component = static_cast<Index>(components.size());
      components.emplace_back();
    }
    components[at(component)].push_back(i);
  }
  return components;
}

/// Adds the shortest edge between each two components, the first of equal ones.
void complete(std::string_view who, const Distances& distances,
              const std::vector<std::vector<Index>>& components, std::vector<Edge>& edges,
              const Context& context) {
  const auto n = static_cast<Index>(components.size());
  std::vector<Edge> added(at(n * (n - 1) / 2));
  parallel_for(context, n, 1, [&](Index b, Index) {
    context.check_stop(who);
    for (Index a = 0; a < b; ++a) {
      double least = std::numeric_limits<double>::infinity();
      for (const Index i : components[at(a)])
        for (const Index j : components[at(b)]) {
          const double distance = distances.reduced(i, j);
          if (distance < least) {
            least = distance;
            added[at(b * (b - 1) / 2 + a)] = edge_between(i, j);
          }
        }
      context.count(work::distance_evaluations,
                    components[at(a)].size() * components[at(b)].size());
    }
  });
  edges.insert(edges.end(), added.begin(), added.end());
}

/// Clusters 0..n-1 are the points, cluster n + i is made by merge i.
class ConnectedLinkage {
 public:
  ConnectedLinkage(std::string_view who, const MatrixView& points, const Distances& distances,
                   Linkage linkage, const Context& context)
      : who_(who), linkage_(linkage), context_(context), n_(points.rows()), measure_(distances) {
    const auto n_clusters = at(2 * n_ - 1);
    sizes_.assign(n_clusters, 1);
    neighbors_.resize(n_clusters);
    alive_.assign(n_clusters, 1);
    if (by_centers()) {
      centers_.resize(2 * n_ - 1, points.cols());
      centers_.topRows(n_) = points;
    }
  }

  Dendrogram run(const std::vector<Edge>& edges) {
    for (const Edge& edge : edges) {
      const double distance = by_centers() ? of_centers(edge.b, edge.a) : measure_(edge.b, edge.a);
      join(edge.b, edge.a, distance);
    }
    context_.count(work::distance_evaluations, edges.size());
    for (auto& list : neighbors_) std::sort(list.begin(), list.end());
    std::vector<Merge> merges;
    while (static_cast<Index>(merges.size()) < n_ - 1) {
      context_.check_stop(who_);
      const Candidate next = queue_.top();
      queue_.pop();
      if (alive_[next.high] == 0 || alive_[next.low] == 0) continue;
      merges.push_back({static_cast<Index>(next.low), static_cast<Index>(next.high),
                        by_centers() ? height_of(next.distance) : next.distance, 0});
      merge(next.low, next.high,
            static_cast<std::uint32_t>(n_ + static_cast<Index>(merges.size()) - 1));
    }
    context_.count(work::distance_evaluations, evaluations_);
    return Dendrogram(n_, std::move(merges));
  }

 private:
  struct Neighbor {
    std::uint32_t cluster;
    double distance;
    bool operator<(const Neighbor& other) const { return cluster < other.cluster; }
  };
  struct Candidate {
    double distance;
    std::uint32_t high, low;
    /// Of the queue: the nearest first, then the one that was made first.
    bool operator<(const Candidate& other) const {
      return std::tie(distance, high, low) > std::tie(other.distance, other.high, other.low);
    }
  };

  bool by_centers() const {
    return linkage_ == Linkage::ward || linkage_ == Linkage::centroid ||
           linkage_ == Linkage::median;
  }
  double of_centers(Index a, Index b) const {
    const double squared = (centers_.row(a) - centers_.row(b)).squaredNorm();
    if (linkage_ != Linkage::ward) return squared;
    return squared * (sizes_[at(a)] * sizes_[at(b)] / (sizes_[at(a)] + sizes_[at(b)]));
  }
  double height_of(double distance) const {
    return std::sqrt(linkage_ == Linkage::ward ? 2 * distance : distance);
  }
  /// What is joined to one of the parts only keeps its distance.
  double joined(double to_a, double to_b, double n_a, double n_b) const {
    if (linkage_ == Linkage::complete) return std::max(to_a, to_b);
    if (linkage_ == Linkage::weighted) return 0.5 * (to_a + to_b);
    return (n_a * to_a + n_b * to_b) / (n_a + n_b);
  }

  void join(std::uint32_t high, std::uint32_t low, double distance) {
    neighbors_[high].push_back({low, distance});
    neighbors_[low].push_back({high, distance});
    queue_.push({distance, high, low});
  }

  void merge(std::uint32_t a, std::uint32_t b, std::uint32_t made) {
    alive_[a] = alive_[b] = 0;
    sizes_[made] = sizes_[a] + sizes_[b];
    if (by_centers()) {
      const double share = linkage_ == Linkage::median ? 0.5 : sizes_[a] / sizes_[made];
      centers_.row(made) = centers_.row(b) + share * (centers_.row(a) - centers_.row(b));
    }
    std::vector<Neighbor> of_a = std::move(neighbors_[a]);
    std::vector<Neighbor> of_b = std::move(neighbors_[b]);
    neighbors_[a].clear();
    neighbors_[b].clear();
    auto i = of_a.begin();
    auto j = of_b.begin();
    while (i != of_a.end() || j != of_b.end()) {
      Neighbor next{};
      if (j == of_b.end() || (i != of_a.end() && i->cluster < j->cluster)) {
        next = *i++;
      } else if (i == of_a.end() || j->cluster < i->cluster) {
        next = *j++;
      } else {
        next = {i->cluster, joined(i->distance, j->distance, sizes_[a], sizes_[b])};
        ++i, ++j;
      }
      if (alive_[next.cluster] == 0) continue;
      if (by_centers()) next.distance = of_centers(made, next.cluster);
      ++evaluations_;
      join(made, next.cluster, next.distance);
    }
  }

  std::string_view who_;
  Linkage linkage_;
  const Context& context_;
  Index n_;
  const Distances& measure_;
  std::vector<double> sizes_;
  std::vector<char> alive_;
  std::vector<std::vector<Neighbor>> neighbors_;  // ascending; some are merged already
  Matrix centers_;                                // of all clusters, where they are needed
  std::priority_queue<Candidate> queue_;
  std::uint64_t evaluations_ = 0;
};

/// The shortest edges that join all, by Kruskal's algorithm.
Dendrogram single_connected(const Distances& distances, Index n, std::vector<Edge> edges,
                            const Context& context) {
  for (Edge& edge : edges) edge.weight = distances(edge.a, edge.b);
  context.count(work::distance_evaluations, edges.size());
  sort_edges(edges);
  DisjointSets sets(n);
  std::vector<PointMerge> merges;
  for (const Edge& edge : edges)
    if (sets.unite(edge.a, edge.b)) merges.push_back({edge.a, edge.b, edge.weight});
  return dendrogram_of(std::move(merges), MergeOrder::as_given);
}

}  // namespace

ConnectedTree connected_linkage(std::string_view who, const MatrixView& points,
                                const MetricSpace& space, Linkage linkage, std::vector<Edge> edges,
                                const Context& context) {
  const Distances distances(points, space);
  const auto components = components_of(points.rows(), edges);
  const auto n_components = static_cast<Index>(components.size());
  if (n_components > 1) complete(who, distances, components, edges, context);
  if (linkage == Linkage::single)
    return {single_connected(distances, points.rows(), std::move(edges), context), n_components};
  return {ConnectedLinkage(who, points, distances, linkage, context).run(edges), n_components};
}

}  // namespace grove::cluster
