#include "cluster/reachability/spanning_tree.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cluster/distinct_rows.hpp"
#include "cluster/reachability/spanning_tree_methods.hpp"
#include "core/radix_sort.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

constexpr Index most_columns_of_boxes = 32;

double scale_of(const ReducedDistance& reduced, double alpha) {
  if (reduced.metric == Metric::euclidean) return 1 / (alpha * alpha);
  if (reduced.metric == Metric::minkowski) return std::pow(1 / alpha, reduced.p);
  return 1 / alpha;
}

bool has_boxes(const ReducedDistance& reduced, Index d) {
  return d <= most_columns_of_boxes &&
         (reduced.is_squared() || reduced.metric == Metric::manhattan ||
          reduced.metric == Metric::chebyshev);
}

void check_enough(const SpanningTask& task) {
  double n = 0;
  for (Index i = 0; i < task.n(); ++i) n += task.count(i);
  const auto wanted = static_cast<double>(task.reachability.min_samples);
  if (n < wanted)
    throw InvalidData(
        concat(task.who, ": min_samples = ", task.reachability.min_samples, ", but there ",
               n == 1 ? "is only 1 point" : "are only ", n == 1 ? "" : concat(n, " points")),
        "lower min_samples, or give more data");
}

}  // namespace

std::vector<double> core_distances_by_search(const SpanningTask& task, const SearchBackEnd& search,
                                             const std::uint32_t* order) {
  const auto wanted = static_cast<double>(task.reachability.min_samples);
  const Index k = std::min(task.reachability.min_samples, task.n());
  std::vector<double> cores(static_cast<std::size_t>(task.n()));
  parallel_for(task.context, task.n(), 64, [&](Index begin, Index end) {
    task.context.check_stop(task.who);
    SearchWork work;
    for (Index place = begin; place < end; ++place) {
      const Index i = order == nullptr ? place : static_cast<Index>(order[place]);
      BestHits best(k, task.reduced);
      search.nearest(task.row(i), best, work);
      double points = task.count(i);
      double core = 0;
      for (const Hit& hit : best.sorted()) {
        if (points >= wanted) break;
        if (hit.row == i) continue;
        points += task.count(hit.row);
        core = task.reduced.kernel->of_pair(task.row(i), task.row(hit.row), task.points.cols());
      }
      cores[static_cast<std::size_t>(i)] = core;
    }
    work.count_in(task.context);
  });
  return cores;
}

void sort_edges(std::vector<Edge>& edges) {
  radix_sort(edges, [](const Edge& edge) { return order_key(edge.weight); });
  for (auto begin = edges.begin(); begin != edges.end();) {
    auto end = begin;
    while (end != edges.end() && end->weight == begin->weight) ++end;
    std::sort(begin, end,
              [](const Edge& x, const Edge& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
    begin = end;
  }
}

SpanningTree spanning_tree(std::string_view who, const MatrixView& points,
                           const ReducedDistance& reduced, const Reachability& reachability,
                           const Context& context) {
  const SpanningTask task{
      who, points, reduced, reachability, scale_of(reduced, reachability.alpha), context};
  check_enough(task);
  SpanningTree tree = has_boxes(reduced, points.cols()) ? spanning_tree_by_boruvka(task)
                                                        : spanning_tree_by_prim(task);
  for (Edge& edge : tree.edges) edge.weight = reduced.finish(edge.weight);
  for (double& core : tree.core_distances) core = reduced.finish(core);
  sort_edges(tree.edges);
  return tree;
}

std::vector<Edge> minimum_spanning_tree(std::string_view who, const MatrixView& points,
                                        const ReducedDistance& reduced, const Context& context) {
  const bool may_collect = reduced.metric != Metric::user && reduced.metric != Metric::gower;
  if (!may_collect) return spanning_tree(who, points, reduced, {}, context).edges;
  const DistinctRows rows = distinct_rows(points, nullptr, context);
  if (rows.all_differ()) return spanning_tree(who, points, reduced, {}, context).edges;
  std::vector<Edge> edges = spanning_tree(who, rows.gather(points), reduced, {}, context).edges;
  for (Edge& edge : edges) {
    edge.a = rows.first[edge.a];
    edge.b = rows.first[edge.b];
  }
  edges.reserve(static_cast<std::size_t>(points.rows()) - 1);
  for (std::uint32_t i = 0; i < rows.group.size(); ++i)
    if (const std::uint32_t first = rows.first[rows.group[i]]; first != i)
      edges.push_back({first, i, 0});
  sort_edges(edges);
  return edges;
}

}  // namespace grove::cluster
