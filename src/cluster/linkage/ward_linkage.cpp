#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "cluster/linkage/center_set.hpp"
#include "cluster/linkage/center_tree.hpp"
#include "cluster/linkage/linkage.hpp"
#include "grove/core/parallel.hpp"

// Ward's distance of two clusters follows from their centres and sizes, so that no table of
// distances is needed. In rounds, as in matrix_linkage.cpp: a KD-tree over the centres gives the
// nearest of each cluster that lost its own, and all pairs of clusters that are each other's
// nearest are merged. When few are, the nearest-neighbour chain goes on.

namespace grove::cluster {

namespace {

constexpr Index least_share = 24;
constexpr Index few_clusters = 48;

class WardLinkage {
 public:
  WardLinkage(std::string_view who, const MatrixView& points, const std::vector<double>& sizes,
              const Context& context)
      : who_(who), context_(context), centers_(points), sizes_(sizes) {
    const auto n = static_cast<std::size_t>(points.rows());
    heights_.assign(n, 0);
    names_.resize(n);
    std::iota(names_.begin(), names_.end(), 0U);
    nearest_.assign(n, -1);
    known_.assign(n, 0);
    distances_.resize(n);
    merges_.reserve(n);
  }

  std::vector<PointMerge> run() {
    while (n_clusters() > 1) {
      context_.check_stop(who_);
      if (n_clusters() > few_clusters) find_nearest();
      if (n_clusters() <= few_clusters || !merge_pairs()) merge_by_chain();
    }
    return std::move(merges_);
  }

 private:
  Index n_clusters() const { return static_cast<Index>(sizes_.size()); }
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  /// `distance` is half of the squared height.
  double record(Index a, Index b, double distance) {
    const double height = std::max({std::sqrt(2 * distance), heights_[at(a)], heights_[at(b)]});
    merges_.push_back({names_[at(a)], names_[at(b)], height});
    return height;
  }

  void find_nearest();
  bool merge_pairs();
  void merge_by_chain();
  void keep(const std::vector<Index>& kept);

  std::string_view who_;
  const Context& context_;
  Matrix centers_;
  std::vector<double> sizes_, heights_;
  std::vector<std::uint32_t> names_;  // one of the cluster's points
  std::vector<Index> nearest_;        // if known; else one that may be near, or -1
  std::vector<char> known_;
  std::vector<double> distances_;  // to the nearest
  std::vector<PointMerge> merges_;
};

void WardLinkage::find_nearest() {
  const CenterTree tree(centers_, sizes_, context_);
  std::vector<Index> places;
  for (Index place = 0; place < tree.n_places(); ++place)
    if (known_[at(tree.name(place))] == 0) places.push_back(place);
  constexpr Index grain = 64 * CenterGroup::most;
  parallel_for(context_, static_cast<Index>(places.size()), grain, [&](Index begin, Index end) {
    context_.check_stop(who_);
    TreeWork work;
    NearestCenter found[grain];
    const auto wanted = std::span(places).subspan(at(begin), at(end - begin));
    tree.nearest(
        wanted, [&](Index i) { return nearest_[at(i)]; }, found, work);
    for (std::size_t q = 0; q < wanted.size(); ++q) {
      const Index i = tree.name(wanted[q]);
      nearest_[at(i)] = found[q].name;
      distances_[at(i)] = found[q].distance;
      known_[at(i)] = 1;
    }
    context_.count(work::distance_evaluations, work.distance_evaluations);
    context_.count(work::nodes_visited, work.nodes_visited);
  });
}

/// One round; false if there were too few pairs to be worth it.
bool WardLinkage::merge_pairs() {
  const Index n = n_clusters();
  std::vector<Index> kept, gone;
  for (Index i = 0; i < n; ++i) {
    const Index other = nearest_[at(i)];
    if (other > i && nearest_[at(other)] == i) {
      gone.push_back(i);
    } else {
      kept.push_back(i);
    }
  }
  if (static_cast<Index>(gone.size()) * least_share < n) return false;
  std::vector<char> merged(at(n), 0);
  for (const Index a : gone) {
    const Index b = nearest_[at(a)];
    heights_[at(b)] = record(a, b, distances_[at(b)]);
    const double share = sizes_[at(a)] / (sizes_[at(a)] + sizes_[at(b)]);
    centers_.row(b) += share * (centers_.row(a) - centers_.row(b));
    sizes_[at(b)] += sizes_[at(a)];
    merged[at(a)] = merged[at(b)] = 1;
  }
  std::vector<Index> place(at(n), -1);
  for (std::size_t i = 0; i < kept.size(); ++i) place[at(kept[i])] = static_cast<Index>(i);
  for (const Index a : gone) place[at(a)] = place[at(nearest_[at(a)])];
  for (Index i = 0; i < n; ++i) {
    Index& nearest = nearest_[at(i)];
    known_[at(i)] = merged[at(i)] == 0 && merged[at(nearest)] == 0;
    nearest = merged[at(i)] != 0 ? -1 : place[at(nearest)];
  }
  keep(kept);
  return true;
}

/// Until half of the clusters are merged.
void WardLinkage::merge_by_chain() {
  const Index n = n_clusters();
  CenterSet set(centers_, sizes_, true);
  std::vector<Index> chain;
  Index first = 0;
  Index n_alive = n;
  std::uint64_t evaluations = 0;
  const Index enough = n <= few_clusters ? 1 : n / 2;
  while (n_alive > enough) {
    context_.check_stop(who_);
    while (!set.alive(first)) ++first;
    if (chain.empty()) chain.push_back(first);
    const Index b = chain.back();
    const Index before = chain.size() > 1 ? chain[chain.size() - 2] : -1;
    NearestCenter best;
    if (before >= 0) best = {set.distance(before, b), static_cast<std::uint32_t>(before), before};
    const double limit = best.distance;
    set.nearest(b, best, context_);
    evaluations += static_cast<std::uint64_t>(n);
    if (best.distance < limit) {
      chain.push_back(best.place);
      continue;
    }
    chain.resize(chain.size() - 2);
    const auto [low, high] = std::minmax(before, b);
    heights_[at(high)] = record(low, high, limit);
    set.merge(low, high, set.size(low) / (set.size(low) + set.size(high)));
    --n_alive;
  }
  context_.count(work::distance_evaluations, evaluations);
  std::vector<Index> kept;
  for (Index i = 0; i < n; ++i) {
    nearest_[at(i)] = -1;
    known_[at(i)] = 0;
    if (!set.alive(i)) continue;
    kept.push_back(i);
    set.copy_point(i, centers_.row(i).data());
    sizes_[at(i)] = set.size(i);
  }
  keep(kept);
}

void WardLinkage::keep(const std::vector<Index>& kept) {
  const auto n = static_cast<Index>(kept.size());
  for (Index i = 0; i < n; ++i) {
    const Index from = kept[at(i)];
    if (from == i) continue;
    centers_.row(i) = centers_.row(from);
    sizes_[at(i)] = sizes_[at(from)];
    heights_[at(i)] = heights_[at(from)];
    names_[at(i)] = names_[at(from)];
    nearest_[at(i)] = nearest_[at(from)];
    known_[at(i)] = known_[at(from)];
    distances_[at(i)] = distances_[at(from)];
  }
  centers_.conservativeResize(n, Eigen::NoChange);
  for (auto* values : {&sizes_, &heights_, &distances_}) values->resize(at(n));
  names_.resize(at(n));
  nearest_.resize(at(n));
  known_.resize(at(n));
}

}  // namespace

std::vector<PointMerge> ward_linkage(std::string_view who, const MatrixView& points,
                                     const std::vector<double>& sizes, const Context& context) {
  return WardLinkage(who, points, sizes, context).run();
}

}  // namespace grove::cluster
