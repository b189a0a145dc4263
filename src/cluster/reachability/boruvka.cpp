#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "cluster/disjoint_sets.hpp"
#include "cluster/reachability/link_search.hpp"
#include "cluster/reachability/spanning_tree_methods.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/tree_shape.hpp"

namespace grove {

LinkSearch link_search_for_this_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::link_search;
  if (__builtin_cpu_supports("avx2")) return avx2::link_search;
#endif
  return baseline::link_search;
}

namespace cluster {
namespace {

constexpr std::uint32_t nothing = 0xffffffff;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::memory_order relaxed = std::memory_order_relaxed;
constexpr int chunks_a_leaf = 1;
constexpr Index chunks_a_task = 16;
constexpr Index places_a_task = chunks_a_task * kd_lanes;
constexpr int most_listed = 12;
constexpr int listed_without_cores = 5;
constexpr int widest = 64;

KdMetric kd_metric(Metric metric) {
  if (metric == Metric::manhattan) return KdMetric::manhattan;
  if (metric == Metric::chebyshev) return KdMetric::chebyshev;
  return KdMetric::euclidean;
}

float round_down(double value) {
  const auto nearest = static_cast<float>(value);
  return nearest > value ? std::nextafter(nearest, -std::numeric_limits<float>::infinity())
                         : nearest;
}

template <class T>
using Atomics = std::unique_ptr<std::atomic<T>[]>;

/// The least limits that a task of queries has met, by component; forgets some.
class RecentLimits {
 public:
  double least(std::uint32_t component, double limit) const {
    const Entry& entry = entries_[component % entries_.size()];
    return entry.component == component ? std::min(entry.limit, limit) : limit;
  }
  void meet(std::uint32_t component, double limit) {
    Entry& entry = entries_[component % entries_.size()];
    if (entry.component != component) entry = {component, limit};
    entry.limit = std::min(entry.limit, limit);
  }

 private:
  struct Entry {
    std::uint32_t component = nothing;
    double limit = infinity;
  };
  std::array<Entry, 64> entries_ = {};
};

/// Boruvka's rounds. Points are known by their places in a KD-tree.
///
/// Of each point the tree knows its nearest ones (`lists_`) and either its least link to another
/// component (`links_`, of weight `bounds_`) or a bound that no such link goes below. Components
/// only grow, so that a link stays the least while its ends lie in different ones, and a bound
/// stays one. A round searches for the points without a link whose bound is within the least link
/// that their component knows of.
class Boruvka {
 public:
  explicit Boruvka(const SpanningTask& task)
      : task_(task),
        context_(task.context),
        metric_(kd_metric(task.reduced.metric)),
        order_(task.points, chunks_a_leaf, task.context),
        boxes_(bounding_boxes(order_, task.context)),
        n_(static_cast<std::size_t>(order_.n_points)) {
    view_.tree = {order_.chunks.data(),      boxes_.data(),   order_.columns.data(),
                  order_.n_points,           order_.n_leaves, order_.chunks_a_leaf,
                  static_cast<int>(order_.d)};
    view_.rows = order_.rows.data();
    view_.scale = task.scale;
  }

  SpanningTree run() {
    SpanningTree tree;
    if (n_ > 1) {
      start();
      while (n_components_ > 1) round();
    }
    lists_ = {};
    links_ = {};
    tree.edges.assign(edges_.get(), edges_.get() + n_edges_);
    edges_.reset();
    bounds_ = {};
    if (task_.has_cores()) {
      tree.core_distances.assign(n_, 0);
      for (std::size_t place = 0; place < n_ && !cores_.empty(); ++place)
        tree.core_distances[order_.rows[place]] = cores_[place];
    }
    return tree;
  }

 private:
  void start();
  void find_neighbors(int k, int k_core);
  void take_neighbors(Index place, const double* distances, const std::int64_t* places, int k_core);
  void find_node_cores();
  void find_node_components();
  void round();
  void link_by_lists();
  void link_by_list(std::uint32_t place);
  void link_by_search();
  void search_chunk(Index chunk, RecentLimits& recent, std::vector<float>& room, KdWork& work);
  void offer(std::uint32_t place);
  void lower_limit(std::uint32_t component, double weight);
  void merge();
  bool is_twin(std::uint32_t component) const;

  template <class T, class Leaf, class Join>
  void fill_nodes(std::vector<T>& nodes, const Leaf& of_leaf, const Join& join);

  double weight_of(std::uint32_t x, std::uint32_t y) const;
  /// Whether the link of place x goes before that of place y.
  bool before(std::uint32_t x, std::uint32_t y) const {
    const auto& rows = order_.rows;
    return edge_before(bounds_[x], rows[x], rows[links_[x]], bounds_[y], rows[y], rows[links_[y]]);
  }

  const SpanningTask& task_;
  const Context& context_;
  KdMetric metric_;
  KdOrder order_;
  std::vector<float> boxes_;
  std::size_t n_;
  LinkView view_ = {};
  int n_listed_ = 0;
  std::vector<std::uint32_t> lists_ = {};  // n_listed_ of each place, nearest first
  std::vector<char> tied_ = {};  // whether points beyond the list are as near as its last one
  std::vector<double> cores_ = {};
  std::vector<float> node_cores_ = {};
  std::vector<double> bounds_ = {};
  std::vector<std::uint32_t> links_ = {};
  std::vector<std::uint32_t> components_ = {};
  std::vector<std::uint32_t> node_components_ = {};
  std::uint32_t n_components_ = 0;
  Atomics<std::uint32_t> best_ = {};  // of each component: the place with the least link
  Atomics<double> limits_ = {};       // of each component: no least link goes beyond
  std::unique_ptr<Edge[]> edges_ = {};
  std::atomic<std::size_t> n_edges_{0};
};

double Boruvka::weight_of(std::uint32_t x, std::uint32_t y) const {
  double sum = 0;
  for (Index j = 0; j < order_.d; ++j) {
    const double difference = order_.value(x, j) - order_.value(y, j);
    if (metric_ == KdMetric::euclidean) sum += difference * difference;
    if (metric_ == KdMetric::manhattan) sum += std::abs(difference);
    if (metric_ == KdMetric::chebyshev) sum = std::max(sum, std::abs(difference));
  }
  return sum * task_.scale;
}

/// A value for each node from its leaf's first and end place, or from its children's values.
template <class T, class Leaf, class Join>
void Boruvka::fill_nodes(std::vector<T>& nodes, const Leaf& of_leaf, const Join& join) {
  const Index capacity = order_.chunks_a_leaf * kd_lanes;
  const auto fill = [&](const auto& self, const Subtree& node) -> void {
    T& value = nodes[static_cast<std::size_t>(node.id)];
    if (node.is_leaf()) {
      const Index begin = node.first_leaf * capacity;
      value = of_leaf(begin, std::min(order_.n_points, begin + capacity));
      return;
    }
    self(self, node.left());
    self(self, node.right());
    value = join(nodes[static_cast<std::size_t>(node.left().id)],
                 nodes[static_cast<std::size_t>(node.right().id)]);
  };
  std::vector<Subtree> top;
  const std::vector<Subtree> tasks =
      each_level(order_.n_leaves, [&](const std::vector<Subtree>& level) {
        top.insert(top.end(), level.begin(), level.end());
      });
  parallel_for(context_, static_cast<Index>(tasks.size()), 1,
               [&](Index i, Index) { fill(fill, tasks[static_cast<std::size_t>(i)]); });
  for (auto node = top.rbegin(); node != top.rend(); ++node) {
    if (node->is_leaf()) {
      fill(fill, *node);
    } else {
      nodes[static_cast<std::size_t>(node->id)] =
          join(nodes[static_cast<std::size_t>(node->left().id)],
               nodes[static_cast<std::size_t>(node->right().id)]);
    }
  }
}

void Boruvka::start() {
  const auto others = static_cast<Index>(n_ - 1);
  const Index k_core = std::min(others, task_.reachability.min_samples - 1);
  const bool by_lists = k_core < widest - 1;
  const Index k =
      std::min(others, std::max<Index>(listed_without_cores, by_lists ? k_core : most_listed));
  n_listed_ = static_cast<int>(std::min<Index>(k, most_listed));
  const std::size_t padded = static_cast<std::size_t>(order_.n_chunks()) * kd_lanes;
  lists_.resize(n_ * static_cast<std::size_t>(n_listed_));
  tied_.resize(n_);
  if (task_.has_cores()) cores_.assign(padded, infinity);
  if (task_.has_cores() && !by_lists) {
    const std::vector<double> by_row = core_distances_by_search(
        task_, *make_kd_tree(task_.points, task_.reduced, 2 * kd_lanes, context_),
        order_.rows.data());
    for (std::size_t place = 0; place < n_; ++place) cores_[place] = by_row[order_.rows[place]];
  }
  find_neighbors(static_cast<int>(k), by_lists ? static_cast<int>(k_core) : 0);
  if (task_.has_cores()) find_node_cores();

  bounds_.assign(n_, 0);
  links_.assign(n_, nothing);
  components_.resize(padded, 0);
  std::iota(components_.begin(), components_.begin() + static_cast<std::ptrdiff_t>(n_),
            std::uint32_t{0});
  node_components_.resize(static_cast<std::size_t>(2 * order_.n_leaves - 1));
  n_components_ = static_cast<std::uint32_t>(n_);
  edges_ = std::make_unique_for_overwrite<Edge[]>(n_ - 1);  // takes memory as it is filled
  view_.components = components_.data();
  view_.node_components = node_components_.data();
}

void Boruvka::find_neighbors(int k, int k_core) {
  const KdSearch search = kd_search_for_this_processor();
  int width = 8;
  while (width < k + 1 && width < widest) width *= 2;
  parallel_for(context_, order_.n_chunks(), chunks_a_task, [&](Index begin, Index end) {
    context_.check_stop(task_.who);
    std::vector<float> room(static_cast<std::size_t>(2 * order_.d * kd_lanes));
    std::vector<double> distances(static_cast<std::size_t>(width * kd_lanes));
    std::vector<std::int64_t> places(distances.size());
    KdWork work;
    for (Index chunk = begin; chunk < end; ++chunk) {
      const Index first = chunk * kd_lanes;
      const int n_queries = order_.points_in_chunk(chunk);
      search(view_.tree, {order_.chunk(chunk), room.data(), first, n_queries}, metric_, k, width,
             {distances.data(), places.data()}, work);
      for (int q = 0; q < n_queries; ++q)
        take_neighbors(first + q, distances.data() + q * width, places.data() + q * width, k_core);
    }
    context_.count(work::distance_evaluations, work.distance_evaluations);
    context_.count(work::nodes_visited, work.nodes_visited);
  });
}

void Boruvka::take_neighbors(Index place, const double* distances, const std::int64_t* places,
                             int k_core) {
  const auto at = static_cast<std::size_t>(place);
  std::uint32_t* const list = lists_.data() + at * static_cast<std::size_t>(n_listed_);
  for (int i = 0; i < n_listed_; ++i) list[i] = static_cast<std::uint32_t>(places[i]);
  const bool more = n_listed_ < static_cast<int>(n_) - 1;
  tied_[at] = more && places[n_listed_] >= 0 && distances[n_listed_] == distances[n_listed_ - 1];
  if (k_core == 0) return;
  const auto wanted = static_cast<double>(task_.reachability.min_samples);
  double points = task_.count(order_.rows[at]);
  double core = 0;
  for (int i = 0; i < k_core && points < wanted; ++i) {
    points += task_.count(order_.rows[static_cast<std::size_t>(places[i])]);
    core = distances[i];
  }
  cores_[at] = core;
}

void Boruvka::find_node_cores() {
  node_cores_.resize(static_cast<std::size_t>(2 * order_.n_leaves - 1));
  fill_nodes(
      node_cores_,
      [&](Index begin, Index end) {
        return round_down(*std::min_element(cores_.begin() + begin, cores_.begin() + end));
      },
      [](float a, float b) { return std::min(a, b); });
  view_.cores = cores_.data();
  view_.node_cores = node_cores_.data();
}

void Boruvka::find_node_components() {
  fill_nodes(
      node_components_,
      [&](Index begin, Index end) {
        const std::uint32_t first = components_[static_cast<std::size_t>(begin)];
        for (Index i = begin + 1; i < end; ++i)
          if (components_[static_cast<std::size_t>(i)] != first) return mixed_component;
        return first;
      },
      [](std::uint32_t a, std::uint32_t b) { return a == b ? a : mixed_component; });
}

void Boruvka::round() {
  best_ = std::make_unique_for_overwrite<std::atomic<std::uint32_t>[]>(n_components_);
  limits_ = std::make_unique_for_overwrite<std::atomic<double>[]>(n_components_);
  parallel_for(context_, n_components_, 1 << 16, [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c) {
      best_[static_cast<std::size_t>(c)].store(nothing, relaxed);
      limits_[static_cast<std::size_t>(c)].store(infinity, relaxed);
    }
  });
  link_by_lists();
  find_node_components();
  link_by_search();
  merge();
  context_.count(work::iterations, 1);
}

void Boruvka::lower_limit(std::uint32_t component, double weight) {
  std::atomic<double>& limit = limits_[component];
  double known = limit.load(relaxed);
  while (weight < known && !limit.compare_exchange_weak(known, weight, relaxed)) {
  }
}

/// The link of this place may be its component's least one.
void Boruvka::offer(std::uint32_t place) {
  std::atomic<std::uint32_t>& best = best_[components_[place]];
  std::uint32_t known = best.load(std::memory_order_acquire);
  while ((known == nothing || before(place, known)) &&
         !best.compare_exchange_weak(known, place, std::memory_order_acq_rel)) {
  }
}

void Boruvka::link_by_lists() {
  parallel_for(context_, static_cast<Index>(n_), places_a_task, [&](Index begin, Index end) {
    context_.check_stop(task_.who);
    std::uint64_t evaluations = 0;
    for (auto place = static_cast<std::uint32_t>(begin); place < end; ++place) {
      const std::uint32_t link = links_[place];
      if (link == nothing || components_[link] == components_[place]) {
        link_by_list(place);
        evaluations += static_cast<std::uint64_t>(n_listed_);
      }
      if (links_[place] == nothing) continue;
      lower_limit(components_[place], bounds_[place]);
      offer(place);
    }
    context_.count(work::distance_evaluations, evaluations);
  });
}

/// The least link of a point, if its nearest ones tell.
void Boruvka::link_by_list(std::uint32_t place) {
  const std::uint32_t* const list = lists_.data() + place * static_cast<std::size_t>(n_listed_);
  const double core = cores_.empty() ? 0 : cores_[place];
  double least = infinity;
  std::uint32_t link = nothing;
  double last = 0;
  for (int i = 0; i < n_listed_; ++i) {
    const std::uint32_t other = list[i];
    const bool is_last = i == n_listed_ - 1;
    if (components_[other] == components_[place] && !is_last) continue;
    const double distance = weight_of(place, other);
    if (is_last) last = distance;
    if (components_[other] == components_[place]) continue;
    const double weight = std::max({core, cores_.empty() ? 0 : cores_[other], distance});
    if (weight < least || (weight == least && order_.rows[other] < order_.rows[link])) {
      least = weight;
      link = other;
    }
  }
  // No point beyond the list is linked by less.
  double beyond = infinity;
  if (n_listed_ < static_cast<int>(n_) - 1)
    beyond = std::max(
        core, tied_[place] != 0 || task_.scale != 1 ? last : std::nextafter(last, infinity));
  links_[place] = least < beyond ? link : nothing;
  if (links_[place] != nothing) {
    bounds_[place] = least;
    return;
  }
  bounds_[place] = std::max(bounds_[place], std::min(least, beyond));
  if (least < infinity) lower_limit(components_[place], least);
}

void Boruvka::link_by_search() {
  parallel_for(context_, order_.n_chunks(), chunks_a_task, [&](Index begin, Index end) {
    context_.check_stop(task_.who);
    RecentLimits recent;
    std::vector<float> room(static_cast<std::size_t>(2 * order_.d * kd_lanes));
    KdWork work;
    for (Index chunk = begin; chunk < end; ++chunk) search_chunk(chunk, recent, room, work);
    context_.count(work::distance_evaluations, work.distance_evaluations);
    context_.count(work::nodes_visited, work.nodes_visited);
  });
}

void Boruvka::search_chunk(Index chunk, RecentLimits& recent, std::vector<float>& room,
                           KdWork& work) {
  static const LinkSearch search = link_search_for_this_processor();
  LinkQueries queries;
  queries.chunk = chunk;
  queries.room = room.data();
  const auto first = static_cast<std::uint32_t>(chunk * kd_lanes);
  for (int q = 0; q < order_.points_in_chunk(chunk); ++q) {
    const std::uint32_t place = first + static_cast<std::uint32_t>(q);
    if (links_[place] != nothing) continue;
    const std::uint32_t component = components_[place];
    queries.limits[q] = recent.least(component, limits_[component].load(relaxed));
    if (bounds_[place] <= queries.limits[q]) queries.lanes |= 1U << q;
  }
  if (queries.lanes == 0) return;
  search(view_, queries, metric_, work);
  for (unsigned lanes = queries.lanes; lanes != 0; lanes &= lanes - 1) {
    const int q = std::countr_zero(lanes);
    const std::uint32_t place = first + static_cast<std::uint32_t>(q);
    recent.meet(components_[place], queries.limits[q]);
    if (queries.places[q] >= 0 && queries.weights[q] <= queries.limits[q]) {
      links_[place] = static_cast<std::uint32_t>(queries.places[q]);
      bounds_[place] = queries.weights[q];
      offer(place);
    } else {
      bounds_[place] = std::max(bounds_[place], queries.limits[q]);
    }
  }
}

/// Whether the component at the other end has chosen the same link, and counts it.
bool Boruvka::is_twin(std::uint32_t component) const {
  const std::uint32_t place = best_[component].load(relaxed);
  const std::uint32_t other = components_[links_[place]];
  const std::uint32_t chosen = best_[other].load(relaxed);
  return other < component && chosen == links_[place] && links_[chosen] == place;
}

void Boruvka::merge() {
  limits_.reset();
  DisjointSets sets(n_components_);
  constexpr Index grain = 1 << 13;
  parallel_for(context_, n_components_, grain, [&](Index begin, Index end) {
    for (auto c = static_cast<std::uint32_t>(begin); c < end; ++c) {
      const std::uint32_t place = best_[c].load(relaxed);
      if (is_twin(c)) continue;
      const std::uint32_t a = order_.rows[place];
      const std::uint32_t b = order_.rows[links_[place]];
      edges_[n_edges_.fetch_add(1, relaxed)] = {std::min(a, b), std::max(a, b), bounds_[place]};
      sets.unite(c, components_[links_[place]]);
    }
  });
  best_.reset();
  // Components are numbered anew, in order of their least old numbers.
  std::vector<std::uint32_t> names(n_components_);
  std::uint32_t n_new = 0;
  for (std::uint32_t c = 0; c < n_components_; ++c)
    if (sets.find(c) == c) names[c] = n_new++;
  parallel_for(context_, static_cast<Index>(n_), places_a_task * 16, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      std::uint32_t& component = components_[static_cast<std::size_t>(i)];
      component = names[sets.find(component)];
    }
  });
  n_components_ = n_new;
}

}  // namespace

SpanningTree spanning_tree_by_boruvka(const SpanningTask& task) { return Boruvka(task).run(); }

}  // namespace cluster
}  // namespace grove
