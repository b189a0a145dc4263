#include "cluster/reachability/condense.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "cluster/disjoint_sets.hpp"

namespace grove::cluster {

namespace {

constexpr std::uint32_t nothing = 0xffffffff;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Builds the tree from below: the parts that the edges join are small, or hold a cluster that is
/// still open. Clusters are numbered as they are opened, children before parents.
class Condenser {
 public:
  Condenser(const SpanningTree& tree, Index n, const double* counts, Index min_size)
      : tree_(tree),
        min_size_(static_cast<double>(min_size)),
        sets_(n),
        all_parts_(static_cast<std::size_t>(n)) {
    result_.point_clusters = Labels::Constant(n, -1);
    result_.point_lambdas = Vector::Zero(n);
    for (std::uint32_t i = 0; i < all_parts_.size(); ++i)
      all_parts_[i] = {counts == nullptr ? 1 : counts[i], nothing, nothing, i};
  }

  CondensedTree run() {
    const std::vector<Edge>& edges = tree_.edges;
    for (std::size_t begin = 0; begin < edges.size();) {
      std::size_t end = begin + 1;
      while (end < edges.size() && edges[end].weight == edges[begin].weight) ++end;
      merge_at_one_height(begin, end);
      begin = end;
    }
    close_root();
    find_stabilities();
    renumber();
    return std::move(result_);
  }

 private:
  /// What the edges have joined so far, at its name, which is its least point.
  struct Part {
    double size;
    std::uint32_t open;  // the cluster that it holds
    std::uint32_t next;  // a small part is a list of points
    std::uint32_t last;
  };
  struct Departure {
    std::uint32_t cluster;
    double level;
    double size;
  };

  Part& part_of(std::uint32_t name) { return all_parts_[name]; }
  double core(std::uint32_t point) const {
    return tree_.core_distances.empty() ? 0 : tree_.core_distances[point];
  }

  std::uint32_t open_cluster() {
    result_.clusters.emplace_back();
    return static_cast<std::uint32_t>(result_.clusters.size() - 1);
  }

  void merge_at_one_height(std::size_t begin, std::size_t end) {
    const std::vector<Edge>& edges = tree_.edges;
    const double height = edges[begin].weight;
    if (end == begin + 1) {
      parts_ = {sets_.find(edges[begin].a), sets_.find(edges[begin].b)};
      if (parts_[0] > parts_[1]) std::swap(parts_[0], parts_[1]);
      sets_.unite(parts_[0], parts_[1]);
      return merge_parts(height);
    }
    std::vector<std::uint32_t>& before = scratch_;
    before.clear();
    for (std::size_t i = begin; i < end; ++i) {
      before.push_back(sets_.find(edges[i].a));
      before.push_back(sets_.find(edges[i].b));
    }
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    for (std::size_t i = begin; i < end; ++i) sets_.unite(edges[i].a, edges[i].b);
    std::vector<std::pair<std::uint32_t, std::uint32_t>>& joined = joined_;
    joined.clear();
    for (const std::uint32_t part : before) joined.emplace_back(sets_.find(part), part);
    std::sort(joined.begin(), joined.end());
    for (std::size_t i = 0; i < joined.size();) {
      parts_.clear();
      for (const std::uint32_t name = joined[i].first; i < joined.size() && joined[i].first == name;
           ++i)
        parts_.push_back(joined[i].second);
      merge_parts(height);
    }
  }

  /// `parts_` become one, of the name of the first.
  void merge_parts(double height) {
    const double level = level_of(height);
    double size = 0;
    std::uint32_t n_open = 0;
    std::uint32_t cluster = nothing;
    for (const std::uint32_t part : parts_) {
      open_copies(part, height);
      size += part_of(part).size;
      if (part_of(part).open == nothing) continue;
      ++n_open;
      cluster = part_of(part).open;
    }
    const std::uint32_t name = parts_.front();
    if (n_open == 0 && size < min_size_) {
      for (std::size_t i = 1; i < parts_.size(); ++i) {
        part_of(part_of(name).last).next = parts_[i];
        part_of(name).last = part_of(parts_[i]).last;
      }
    } else {
      if (n_open != 1) cluster = open_cluster();
      double leaving = 0;
      for (const std::uint32_t part : parts_) {
        if (part_of(part).open == nothing) {
          leave(part, cluster, level);
          leaving += part_of(part).size;
        } else if (n_open > 1) {
          CondensedCluster& child = result_.clusters[part_of(part).open];
          child.parent = static_cast<int>(cluster);
          child.birth = level;
          child.size = part_of(part).size;
        }
      }
      if (leaving > 0) departures_.push_back({cluster, level, leaving});
      part_of(name).open = cluster;
    }
    part_of(name).size = size;
  }

  /// Equal points join each other at their core distance. If they are many and nothing else joins
  /// them there, they are a cluster.
  void open_copies(std::uint32_t part, double height) {
    if (part_of(part).open != nothing || part_of(part).next != nothing ||
        part_of(part).size < min_size_ || core(part) >= height)
      return;
    part_of(part).open = open_cluster();
    leave(part, part_of(part).open, level_of(core(part)));
    departures_.push_back({part_of(part).open, level_of(core(part)), part_of(part).size});
  }

  void leave(std::uint32_t part, std::uint32_t cluster, double level) {
    for (std::uint32_t point = part; point != nothing; point = part_of(point).next) {
      result_.point_clusters(point) = static_cast<int>(cluster);
      result_.point_lambdas(point) = level;
    }
  }

  void close_root() {
    const double top = tree_.edges.empty() ? core(0) : tree_.edges.back().weight;
    if (part_of(0).open == nothing) {
      part_of(0).open = open_cluster();
      leave(0, part_of(0).open, level_of(top));
      departures_.push_back({part_of(0).open, level_of(top), part_of(0).size});
    }
    result_.clusters[part_of(0).open].size = part_of(0).size;
  }

  void find_stabilities() {
    std::vector<CondensedCluster>& clusters = result_.clusters;
    const auto depart = [&](std::size_t from, double level, double size) {
      clusters[from].death = std::max(clusters[from].death, level);
      clusters[from].stability += (level - clusters[from].birth) * size;
    };
    for (const Departure& departure : departures_)
      depart(departure.cluster, departure.level, departure.size);
    // Children are born at one level: their sizes first, so that their order does not matter.
    std::vector<double> split_levels(clusters.size(), 0.0);
    std::vector<double> split_sizes(clusters.size(), 0.0);
    for (const CondensedCluster& child : clusters) {
      if (child.parent < 0) continue;
      split_levels[static_cast<std::size_t>(child.parent)] = child.birth;
      split_sizes[static_cast<std::size_t>(child.parent)] += child.size;
    }
    for (std::size_t i = 0; i < clusters.size(); ++i)
      if (split_sizes[i] > 0) depart(i, split_levels[i], split_sizes[i]);
  }

  /// Parents before children.
  void renumber() {
    std::vector<CondensedCluster>& clusters = result_.clusters;
    std::reverse(clusters.begin(), clusters.end());
    const auto last = static_cast<int>(clusters.size()) - 1;
    for (CondensedCluster& cluster : clusters)
      if (cluster.parent >= 0) cluster.parent = last - cluster.parent;
    result_.point_clusters = last - result_.point_clusters.array();
  }

  const SpanningTree& tree_;
  double min_size_;
  DisjointSets sets_;
  std::vector<Part> all_parts_;
  std::vector<std::uint32_t> parts_ = {};
  std::vector<std::uint32_t> scratch_ = {};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> joined_ = {};  // new name, old name
  std::deque<Departure> departures_ = {};
  CondensedTree result_ = {};
};

std::size_t parent_of(const CondensedCluster& cluster) {
  return static_cast<std::size_t>(cluster.parent);
}

/// Whether a cluster has children.
std::vector<char> inner_clusters(const std::vector<CondensedCluster>& clusters) {
  std::vector<char> inner(clusters.size(), 0);
  for (std::size_t i = 1; i < clusters.size(); ++i) inner[parent_of(clusters[i])] = 1;
  return inner;
}

/// Keeps the selected ones that are below no other.
void keep_topmost(const std::vector<CondensedCluster>& clusters, std::vector<char>& selected) {
  std::vector<char> covered(clusters.size(), 0);  // by a selected one above
  for (std::size_t i = 1; i < clusters.size(); ++i) {
    const std::size_t parent = parent_of(clusters[i]);
    covered[i] = covered[parent] != 0 || selected[parent] != 0;
    if (covered[i] != 0) selected[i] = 0;
  }
}

std::vector<char> select_by_mass(const std::vector<CondensedCluster>& clusters,
                                 const Selection& selection) {
  std::vector<char> selected(clusters.size(), 0);
  // Children come after their parents; sums in an order that the numbering does not matter to.
  std::vector<std::vector<double>> below(clusters.size());
  for (std::size_t i = clusters.size(); i-- > (selection.allow_root ? 0U : 1U);) {
    std::sort(below[i].begin(), below[i].end());
    double mass = 0;
    for (const double part : below[i]) mass += part;
    const bool too_large = selection.max_size > 0 && clusters[i].size > selection.max_size;
    selected[i] = !(mass > clusters[i].stability) && !too_large;
    if (selected[i] != 0) mass = clusters[i].stability;
    if (i > 0) below[parent_of(clusters[i])].push_back(mass);
  }
  keep_topmost(clusters, selected);
  return selected;
}

/// Selected clusters that split off at less than epsilon give way to the first one above that does
/// not, or to the one next to the root.
void raise_to_epsilon(const std::vector<CondensedCluster>& clusters, const Selection& selection,
                      std::vector<char>& selected) {
  if (selected[0] != 0) return;
  std::vector<char> raised(clusters.size(), 0);
  const auto splits_below = [&](std::size_t i) {
    return clusters[i].birth > 0 && 1 / clusters[i].birth < selection.epsilon;
  };
  for (std::size_t i = 1; i < clusters.size(); ++i) {
    if (selected[i] == 0) continue;
    std::size_t at = i;
    if (splits_below(i)) {
      const auto stays = [&](std::size_t c) {
        return c == 0 || 1 / clusters[c].birth > selection.epsilon;
      };
      while (parent_of(clusters[at]) != 0) {
        at = parent_of(clusters[at]);
        if (stays(at)) break;
      }
      if (!stays(at) && selection.allow_root) at = 0;
    }
    raised[at] = 1;
  }
  keep_topmost(clusters, raised);
  selected = std::move(raised);
}

}  // namespace

double level_of(double distance) {
  return distance == 0 ? infinity : std::min(1 / distance, std::numeric_limits<double>::max());
}

CondensedTree condense(const SpanningTree& tree, Index n_points, const double* counts,
                       Index min_cluster_size) {
  return Condenser(tree, n_points, counts, min_cluster_size).run();
}

std::vector<char> select_clusters(const CondensedTree& tree, const Selection& selection) {
  std::vector<char> selected;
  if (selection.leaves) {
    selected = inner_clusters(tree.clusters);
    for (char& yes : selected) yes = yes == 0 ? 1 : 0;
    if (!selection.allow_root) selected[0] = 0;
  } else {
    selected = select_by_mass(tree.clusters, selection);
  }
  if (selection.epsilon > 0) raise_to_epsilon(tree.clusters, selection, selected);
  return selected;
}

Memberships::Memberships(const std::vector<CondensedCluster>& clusters, double epsilon)
    : clusters_(clusters), selected_(clusters.size(), -1), last_levels_(clusters.size()) {
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    if (clusters[i].label >= 0) {
      selected_[i] = static_cast<int>(i);
    } else if (i > 0) {
      selected_[i] = selected_[parent_of(clusters[i])];
    }
    last_levels_[i] = clusters[i].death;
  }
  for (std::size_t i = clusters.size(); i-- > 1;) {
    double& above = last_levels_[parent_of(clusters[i])];
    above = std::max(above, last_levels_[i]);
  }
  root_level_ = epsilon > 0 ? 1 / epsilon : clusters.front().death;
}

Memberships::Membership Memberships::operator()(int cluster, double level) const {
  Membership membership;
  const double last = last_levels_[static_cast<std::size_t>(cluster)];
  if (level < last) membership.outlier_score = std::isinf(last) ? 1 : (last - level) / last;
  const int top = selected(cluster);
  if (top < 0 || (top == 0 && level < root_level_)) return membership;
  const CondensedCluster& chosen = clusters_[static_cast<std::size_t>(top)];
  membership.label = chosen.label;
  if (chosen.death == 0 || level >= chosen.death) {
    membership.probability = 1;
  } else {
    membership.probability = std::isinf(chosen.death) ? 0 : level / chosen.death;
  }
  return membership;
}

}  // namespace grove::cluster
