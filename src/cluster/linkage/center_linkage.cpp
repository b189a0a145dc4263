#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "cluster/linkage/center_set.hpp"
#include "cluster/linkage/center_tree.hpp"
#include "cluster/linkage/linkage.hpp"
#include "grove/core/parallel.hpp"

// A union's centre may be nearer to others than its parts were, so that only the nearest pair of
// all can be merged: the generic algorithm of Müllner, "Modern hierarchical, agglomerative
// clustering algorithms", arXiv:1109.2378 (2011), with all others as candidates of each cluster.

namespace grove::cluster {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class CenterLinkage {
 public:
  CenterLinkage(std::string_view who, const MatrixView& points, const std::vector<double>& sizes,
                Linkage linkage, const Context& context)
      : who_(who),
        median_(linkage == Linkage::median),
        context_(context),
        centers_(points),
        sizes_(sizes) {
    const auto n = static_cast<std::size_t>(points.rows());
    names_.resize(n);
    std::iota(names_.begin(), names_.end(), 0U);
    nearest_.assign(n, -1);
    bounds_.assign(n, 0);
    merges_.reserve(n);
  }

  std::vector<PointMerge> run() {
    if (centers_.rows() > 1) find_first();
    while (centers_.rows() > 1) merge_half();
    return std::move(merges_);
  }

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  void find_first();
  void merge_half();
  Index nearest_pair(const CenterSet& set);
  void merge(CenterSet& set, Index a, Index b, std::vector<double>& to_b);
  void keep(const CenterSet& set);

  std::string_view who_;
  bool median_;
  const Context& context_;
  Matrix centers_;
  std::vector<double> sizes_;
  std::vector<std::uint32_t> names_;  // one of the cluster's points
  std::vector<Index> nearest_;        // -1: not known
  std::vector<double> bounds_;        // squared: no other cluster is nearer; +inf: gone
  std::vector<PointMerge> merges_;
};

void CenterLinkage::find_first() {
  const std::vector<double> ones(sizes_.size(), 1);
  const CenterTree tree(centers_, ones, context_);
  std::vector<Index> places(at(tree.n_places()));
  std::iota(places.begin(), places.end(), Index{0});
  constexpr Index grain = 64 * CenterGroup::most;
  parallel_for(context_, tree.n_places(), grain, [&](Index begin, Index end) {
    context_.check_stop(who_);
    TreeWork work;
    NearestCenter found[grain];
    tree.nearest(
        std::span(places).subspan(at(begin), at(end - begin)), [](Index) { return -1; }, found,
        work);
    for (Index place = begin; place < end; ++place) {
      nearest_[at(tree.name(place))] = found[place - begin].name;
      // Of sizes 1 and 1, Ward's is the half.
      bounds_[at(tree.name(place))] = 2 * found[place - begin].distance;
    }
    context_.count(work::distance_evaluations, work.distance_evaluations);
    context_.count(work::nodes_visited, work.nodes_visited);
  });
}

/// The first cluster of the nearest pair.
Index CenterLinkage::nearest_pair(const CenterSet& set) {
  for (;;) {
    const auto i = std::min_element(bounds_.begin(), bounds_.end()) - bounds_.begin();
    if (nearest_[at(i)] >= 0) return i;
    NearestCenter best;
    set.nearest(i, best, context_);
    context_.count(work::distance_evaluations, static_cast<std::uint64_t>(set.n_places()));
    nearest_[at(i)] = best.place;
    bounds_[at(i)] = best.distance;
  }
}

void CenterLinkage::merge(CenterSet& set, Index a, Index b, std::vector<double>& to_b) {
  set.merge(a, b, median_ ? 0.5 : set.size(a) / (set.size(a) + set.size(b)));
  bounds_[at(a)] = infinity;
  set.distances(b, to_b.data(), context_);
  to_b[at(b)] = infinity;
  bounds_[at(b)] = infinity;
  nearest_[at(b)] = -1;
  for (Index i = 0; i < set.n_places(); ++i) {
    const double distance = to_b[at(i)];
    if (distance < bounds_[at(b)]) {
      bounds_[at(b)] = distance;
      nearest_[at(b)] = i;
    }
    if (distance < bounds_[at(i)]) {
      bounds_[at(i)] = distance;
      nearest_[at(i)] = b;
    } else if (nearest_[at(i)] == a || nearest_[at(i)] == b) {
      nearest_[at(i)] = -1;
    }
  }
}

/// Until half of the clusters are merged.
void CenterLinkage::merge_half() {
  const Index n = centers_.rows();
  CenterSet set(centers_, sizes_, false);
  std::vector<double> to_b(at(n + linkage_lanes));
  for (Index n_alive = n; n_alive > std::max<Index>(1, n / 2); --n_alive) {
    context_.check_stop(who_);
    const Index i = nearest_pair(set);
    const auto [a, b] = std::minmax({i, nearest_[at(i)]});
    merges_.push_back({names_[at(a)], names_[at(b)], std::sqrt(bounds_[at(i)])});
    merge(set, a, b, to_b);
  }
  context_.count(work::distance_evaluations, static_cast<std::uint64_t>(n * (n - n / 2)));
  keep(set);
}

void CenterLinkage::keep(const CenterSet& set) {
  std::vector<Index> place(at(set.n_places()), -1);
  Index n = 0;
  for (Index i = 0; i < set.n_places(); ++i)
    if (set.alive(i)) place[at(i)] = n++;
  for (Index i = 0; i < set.n_places(); ++i) {
    if (!set.alive(i)) continue;
    const Index to = place[at(i)];
    set.copy_point(i, centers_.row(to).data());
    sizes_[at(to)] = set.size(i);
    names_[at(to)] = names_[at(i)];
    bounds_[at(to)] = bounds_[at(i)];
    nearest_[at(to)] = nearest_[at(i)] >= 0 ? place[at(nearest_[at(i)])] : -1;
  }
  centers_.conservativeResize(n, Eigen::NoChange);
  for (auto* values : {&sizes_, &bounds_}) values->resize(at(n));
  names_.resize(at(n));
  nearest_.resize(at(n));
}

}  // namespace

std::vector<PointMerge> center_linkage(std::string_view who, const MatrixView& points,
                                       const std::vector<double>& sizes, Linkage linkage,
                                       const Context& context) {
  return CenterLinkage(who, points, sizes, linkage, context).run();
}

}  // namespace grove::cluster
