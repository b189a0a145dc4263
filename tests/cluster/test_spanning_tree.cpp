#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>

#include "cluster/distinct_rows.hpp"
#include "cluster/reachability/link_search.hpp"
#include "cluster/reachability/single_linkage.hpp"
#include "cluster/reachability/spanning_tree.hpp"
#include "cluster/reachability/spanning_tree_methods.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/metric_space.hpp"
#include "support/check.hpp"

using namespace grove;
using namespace grove::cluster;

namespace {

Matrix normal(Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  return x;
}

/// Rows on a small grid: many ties and copies.
Matrix grid(Index n, Index d, Index values, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(rng.below(values));
  return x;
}

Matrix distinct(const Matrix& x) { return distinct_rows(x, nullptr, {}).gather(x); }

MetricSpace space_of(const Matrix& x, const Distance& metric, double p = 3) {
  return MetricSpace("test", metric, p, x, {}, {});
}

bool same(const std::vector<Edge>& a, const std::vector<Edge>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](Edge x, Edge y) {
           return x.a == y.a && x.b == y.b && x.weight == y.weight;
         });
}

/// Core distances, reduced, by sorting all distances.
std::vector<double> cores_by_sorting(const Matrix& x, const ReducedDistance& reduced,
                                     const Reachability& reachability) {
  const Index n = x.rows();
  std::vector<double> cores(static_cast<std::size_t>(n), 0.0);
  for (Index i = 0; i < n; ++i) {
    std::vector<std::pair<double, Index>> others;
    for (Index j = 0; j < n; ++j)
      if (j != i)
        others.emplace_back(reduced.kernel->of_pair(x.row(i).data(), x.row(j).data(), x.cols()), j);
    std::sort(others.begin(), others.end());
    const auto count = [&](Index row) {
      return reachability.counts == nullptr ? 1 : reachability.counts[row];
    };
    double points = count(i);
    for (const auto& [distance, j] : others) {
      if (points >= static_cast<double>(reachability.min_samples)) break;
      points += count(j);
      cores[static_cast<std::size_t>(i)] = distance;
    }
  }
  return cores;
}

/// Kruskal's method on all pairs.
SpanningTree oracle(const Matrix& x, const ReducedDistance& reduced,
                    const Reachability& reachability, double scale) {
  const Index n = x.rows();
  SpanningTree tree;
  std::vector<double> cores = cores_by_sorting(x, reduced, reachability);
  std::vector<std::tuple<double, Index, Index>> pairs;
  for (Index a = 0; a < n; ++a)
    for (Index b = a + 1; b < n; ++b)
      pairs.emplace_back(
          std::max({cores[static_cast<std::size_t>(a)], cores[static_cast<std::size_t>(b)],
                    scale * reduced.kernel->of_pair(x.row(a).data(), x.row(b).data(), x.cols())}),
          a, b);
  std::sort(pairs.begin(), pairs.end());
  std::vector<Index> set(static_cast<std::size_t>(n));
  std::iota(set.begin(), set.end(), Index{0});
  for (const auto& [weight, a, b] : pairs) {
    const Index from = set[static_cast<std::size_t>(a)];
    const Index to = set[static_cast<std::size_t>(b)];
    if (from == to) continue;
    std::replace(set.begin(), set.end(), from, to);
    tree.edges.push_back(
        {static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b), reduced.finish(weight)});
  }
  sort_edges(tree.edges);
  if (reachability.min_samples > 1)
    for (const double core : cores) tree.core_distances.push_back(reduced.finish(core));
  return tree;
}

void check_tree(const Matrix& x, const Distance& metric, const Reachability& reachability,
                double scale = 1) {
  const MetricSpace space = space_of(x, metric);
  const Matrix prepared = space.prepares() ? space.prepare(x, {}) : x;
  INFO(metric.name() << ", " << x.rows() << " x " << x.cols() << ", min_samples "
                     << reachability.min_samples << ", alpha " << reachability.alpha);
  const SpanningTree found = spanning_tree("test", prepared, space.reduced(), reachability, {});
  const SpanningTree expected = oracle(prepared, space.reduced(), reachability, scale);
  CHECK(same(found.edges, expected.edges));
  CHECK(found.core_distances == expected.core_distances);
}

struct Canberra {
  double term(double a, double b) const {
    const double sum = std::abs(a) + std::abs(b);
    return sum == 0 ? 0 : std::abs(a - b) / sum;
  }
};

}  // namespace

TEST_CASE("The spanning tree is that of all pairs") {
  for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::chebyshev,
                              Metric::minkowski, Metric::mahalanobis, Metric::cosine}) {
    for (const Index min_samples : {1, 2, 5, 20}) {
      check_tree(normal(150, 3, 1), metric, {.min_samples = min_samples});
      if (metric != Metric::cosine)
        check_tree(distinct(grid(260, 2, 12, 2)), metric, {.min_samples = min_samples});
    }
  }
  check_tree(distinct(grid(400, 5, 2, 3)), Metric::hamming, {.min_samples = 3});
  check_tree(normal(120, 2, 4) / 10, Metric::haversine, {.min_samples = 4});
  check_tree(normal(120, 4, 5), Distance(Canberra{}), {.min_samples = 4});
  check_tree(normal(100, 40, 6), Metric::euclidean, {.min_samples = 4});
  check_tree(normal(1, 3, 7), Metric::euclidean, {});
  check_tree(normal(2, 3, 7), Metric::euclidean, {.min_samples = 2});
  check_tree(normal(17, 1, 8), Metric::euclidean, {.min_samples = 17});
  check_tree(normal(300, 2, 9), Metric::euclidean, {.min_samples = 100});
  check_tree(distinct(grid(300, 2, 20, 9)), Metric::euclidean, {.min_samples = 100});
}

TEST_CASE("alpha divides distances but no core distances") {
  const Matrix x = normal(200, 2, 10);
  check_tree(x, Metric::euclidean, {.min_samples = 5, .alpha = 2}, 0.25);
  check_tree(x, Metric::euclidean, {.min_samples = 5, .alpha = 0.7}, 1 / (0.7 * 0.7));
  check_tree(x, Metric::manhattan, {.min_samples = 5, .alpha = 2}, 0.5);
  check_tree(x, Metric::minkowski, {.min_samples = 5, .alpha = 2}, 0.125);
  check_tree(distinct(grid(200, 2, 12, 2)), Metric::euclidean, {.min_samples = 5, .alpha = 2},
             0.25);
}

TEST_CASE("Counts are points at one place") {
  const Matrix x = distinct(grid(300, 2, 15, 11));
  Rng rng(12);
  std::vector<double> counts;
  for (Index i = 0; i < x.rows(); ++i) counts.push_back(1 + static_cast<double>(rng.below(4)));
  for (const Metric metric : {Metric::euclidean, Metric::minkowski})
    for (const Index min_samples : {2, 3, 8, 90})
      check_tree(x, metric, {.min_samples = min_samples, .counts = counts.data()});
}

TEST_CASE("Boruvka's rounds and Prim's method find the same tree") {
  for (const Index min_samples : {1, 6, 15}) {
    for (const Matrix& x : {normal(3000, 3, 13), distinct(grid(4000, 3, 14, 14)),
                            Matrix(normal(2000, 10, 15).cwiseAbs2())}) {
      const MetricSpace space = space_of(x, Metric::euclidean);
      const Reachability reachability{.min_samples = min_samples};
      const Context context;
      const SpanningTask task{"test", x, space.reduced(), reachability, 1, context};
      SpanningTree a = spanning_tree_by_boruvka(task);
      SpanningTree b = spanning_tree_by_prim(task);
      sort_edges(a.edges);
      sort_edges(b.edges);
      CHECK(same(a.edges, b.edges));
      CHECK(a.core_distances == b.core_distances);
    }
  }
}

TEST_CASE("The spanning tree and its work are the same for any threads") {
  for (const Matrix& x : {normal(20000, 3, 16), distinct(grid(20000, 2, 150, 17))}) {
    const MetricSpace space = space_of(x, Metric::euclidean);
    for (const Index min_samples : {1, 10}) {
      const auto tree = [&](int threads, Ledger& ledger) {
        return spanning_tree("test", x, space.reduced(), {.min_samples = min_samples},
                             {.threads = threads, .ledger = &ledger});
      };
      Ledger first;
      const SpanningTree one = tree(1, first);
      for (const int threads : {2, 3, 7}) {
        Ledger ledger;
        const SpanningTree many = tree(threads, ledger);
        CHECK(same(one.edges, many.edges));
        CHECK(one.core_distances == many.core_distances);
        CHECK(first.counts() == ledger.counts());
      }
    }
  }
}

TEST_CASE("Links are the same bits on every instruction set") {
  const Matrix x = normal(3000, 3, 20);
  const KdOrder order(x, 1, {});
  const std::vector<float> boxes = bounding_boxes(order, {});
  const std::size_t padded = static_cast<std::size_t>(order.n_chunks()) * kd_lanes;
  std::vector<std::uint32_t> components(padded, 0);
  std::vector<double> cores(padded, 0);
  for (std::size_t i = 0; i < padded; ++i) {
    components[i] = static_cast<std::uint32_t>(i / 40 % 7);
    cores[i] = 0.001 * static_cast<double>(i % 11);
  }
  const std::size_t n_nodes = static_cast<std::size_t>(2 * order.n_leaves - 1);
  const std::vector<std::uint32_t> node_components(n_nodes, mixed_component);
  const std::vector<float> node_cores(n_nodes, 0);
  const LinkView view{{order.chunks.data(), boxes.data(), order.columns.data(), order.n_points,
                       order.n_leaves, order.chunks_a_leaf, 3},
                      cores.data(),
                      node_cores.data(),
                      components.data(),
                      node_components.data(),
                      order.rows.data(),
                      1};
  const auto links_by = [&](LinkSearch search, KdMetric metric) {
    std::vector<double> found;
    KdWork work;
    std::vector<float> room(2 * 3 * kd_lanes);
    for (Index chunk = 0; chunk < order.n_chunks(); ++chunk) {
      LinkQueries queries;
      queries.chunk = chunk;
      queries.lanes = (1U << order.points_in_chunk(chunk)) - 1;
      queries.room = room.data();
      for (double& limit : queries.limits) limit = 4;
      search(view, queries, metric, work);
      for (int q = 0; q < order.points_in_chunk(chunk); ++q) {
        found.push_back(queries.weights[q]);
        found.push_back(queries.limits[q]);
        found.push_back(static_cast<double>(queries.places[q]));
      }
    }
    found.push_back(static_cast<double>(work.distance_evaluations));
    found.push_back(static_cast<double>(work.nodes_visited));
    return found;
  };
  for (const KdMetric metric : {KdMetric::euclidean, KdMetric::manhattan, KdMetric::chebyshev}) {
    const std::vector<double> expected = links_by(baseline::link_search, metric);
    CHECK(expected == links_by(link_search_for_this_processor(), metric));
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) CHECK(expected == links_by(avx2::link_search, metric));
#endif
  }
}

TEST_CASE("Copies of a row join its first one") {
  const Matrix x = grid(500, 2, 6, 18);
  const MetricSpace space = space_of(x, Metric::euclidean);
  const std::vector<Edge> edges = minimum_spanning_tree("test", x, space.reduced(), {});
  CHECK(same(edges, oracle(x, space.reduced(), {}, 1).edges));
}

TEST_CASE("A spanning tree of many equal points takes no quadratic time") {
  Matrix x = Matrix::Constant(300000, 3, 2.5);
  const MetricSpace space = space_of(x, Metric::euclidean);
  const std::vector<Edge> edges = minimum_spanning_tree("test", x, space.reduced(), {});
  REQUIRE(edges.size() == 299999);
  for (std::uint32_t i = 0; i < edges.size(); ++i)
    if (edges[i].a != 0 || edges[i].b != i + 1 || edges[i].weight != 0) FAIL("edge " << i);
}

TEST_CASE("Distinct rows are grouped by value") {
  Matrix x(6, 2);
  x << 1, 0, 2, 0, 1, -0.0, 2, 0, 3, 0, 1, 0;
  const DistinctRows rows = distinct_rows(x, nullptr, {});
  CHECK(rows.first == std::vector<std::uint32_t>{0, 1, 4});
  CHECK(rows.group == std::vector<std::uint32_t>{0, 1, 0, 1, 2, 0});
  const std::vector<double> weights{0, 1, 2, 0, 1, 1};
  const DistinctRows weighted = distinct_rows(x, weights.data(), {});
  CHECK(weighted.first == std::vector<std::uint32_t>{1, 2, 4});
  CHECK(weighted.group ==
        std::vector<std::uint32_t>{DistinctRows::none, 0, 1, DistinctRows::none, 2, 1});
}

TEST_CASE("Single linkage merges along the tree as scipy does") {
  // scipy.cluster.hierarchy.linkage([[0], [1], [3], [7], [7.5]], "single")
  Matrix x(5, 1);
  x << 0, 1, 3, 7, 7.5;
  const MetricSpace space = space_of(x, Metric::euclidean);
  const std::vector<Merge> merges =
      single_linkage(minimum_spanning_tree("test", x, space.reduced(), {}), 5);
  const std::vector<Merge> expected{{3, 4, 0.5, 2}, {0, 1, 1, 2}, {2, 6, 2, 3}, {5, 7, 4, 5}};
  REQUIRE(merges.size() == expected.size());
  for (std::size_t i = 0; i < merges.size(); ++i) {
    CHECK(merges[i].left == expected[i].left);
    CHECK(merges[i].right == expected[i].right);
    CHECK(merges[i].height == expected[i].height);
    CHECK(merges[i].size == expected[i].size);
  }
}

TEST_CASE("More points wanted than there are is an error") {
  const Matrix x = normal(4, 2, 19);
  const MetricSpace space = space_of(x, Metric::euclidean);
  CHECK_THROWS_WITH(spanning_tree("HDBSCAN", x, space.reduced(), {.min_samples = 5}, {}),
                    "HDBSCAN: min_samples = 5, but there are only 4 points");
}
