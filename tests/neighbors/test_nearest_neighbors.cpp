#include <algorithm>
#include <cmath>

#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

double plain_distance(const Matrix& a, Index i, const Matrix& b, Index j, Metric metric, double p) {
  double sum = 0;
  for (Index c = 0; c < a.cols(); ++c) {
    const double d = std::abs(a(i, c) - b(j, c));
    if (metric == Metric::euclidean) sum += d * d;
    if (metric == Metric::manhattan) sum += d;
    if (metric == Metric::chebyshev) sum = std::max(sum, d);
    if (metric == Metric::minkowski) sum += std::pow(d, p);
  }
  return sum;
}

double finished(double sum, Metric metric, double p) {
  if (metric == Metric::euclidean) return std::sqrt(sum);
  return metric == Metric::minkowski ? std::pow(sum, 1 / p) : sum;
}

/// Two plain loops and a sort: rows of the neighbours of every query.
IndexMatrix oracle(const Matrix& points, const Matrix& queries, Index k, Metric metric, double p,
                   bool self) {
  IndexMatrix rows(queries.rows(), k);
  for (Index i = 0; i < queries.rows(); ++i) {
    std::vector<std::pair<double, Index>> all;
    for (Index j = 0; j < points.rows(); ++j)
      if (!self || j != i)
        all.emplace_back(finished(plain_distance(queries, i, points, j, metric, p), metric, p), j);
    std::sort(all.begin(), all.end());
    for (Index j = 0; j < k; ++j) rows(i, j) = all[static_cast<std::size_t>(j)].second;
  }
  return rows;
}

/// Kinds: 0 normal, 1 integer grid (many ties), 2 heavy duplicates, 3 a constant column and a wide
/// one.
Matrix points_of(int kind, Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < d; ++j) {
      x(i, j) = rng.normal();
      if (kind == 1) x(i, j) = static_cast<double>(rng.below(4));
      if (kind == 3 && j == 0) x(i, j) = 7;
      if (kind == 3 && j == 1) x(i, j) *= 1e6;
    }
  if (kind == 2)
    for (Index i = 0; i < n; ++i) x.row(i) = x.row(rng.below(std::max<Index>(1, n / 8))).eval();
  return x;
}

struct Case {
  Algorithm algorithm;
  Metric metric;
  double p;
};

const std::vector<Case> cases{
    {Algorithm::brute, Metric::euclidean, 2},     {Algorithm::kd_tree, Metric::euclidean, 2},
    {Algorithm::kd_tree, Metric::manhattan, 2},   {Algorithm::kd_tree, Metric::chebyshev, 2},
    {Algorithm::nanoflann, Metric::euclidean, 2}, {Algorithm::nanoflann, Metric::minkowski, 3},
    {Algorithm::nanoflann, Metric::manhattan, 2}, {Algorithm::brute, Metric::manhattan, 2},
    {Algorithm::brute, Metric::chebyshev, 2},     {Algorithm::brute, Metric::minkowski, 3},
    {Algorithm::kd_tree, Metric::minkowski, 3},   {Algorithm::automatic, Metric::minkowski, 1.5}};

}  // namespace

TEST_CASE("Every algorithm finds the neighbours that two plain loops find") {
  Index different = 0;
  for (int kind = 0; kind < 4; ++kind)
    for (const auto& [n, d] :
         std::vector<std::pair<Index, Index>>{{1, 1}, {17, 1}, {60, 2}, {300, 3}, {120, 9}})
      for (const Case& item : cases) {
        if (kind == 3 && d < 2) continue;
        const Matrix points = points_of(kind, n, d, 1);
        const Matrix queries = points_of(kind, 40, d, 2);
        const Index k = std::min<Index>(n, 7);
        const IndexMatrix expected = oracle(points, queries, k, item.metric, item.p, false);
        for (const int leaf_size : {1, 10, 30})
          for (const int threads : {1, 3}) {
            NearestNeighbors index({.algorithm = item.algorithm,
                                    .metric = item.metric,
                                    .p = item.p,
                                    .leaf_size = leaf_size});
            const Neighbors found = index.fit(points).kneighbors(queries, k, {.threads = threads});
            different += (found.rows.array() != expected.array()).count();
          }
      }
  CHECK(different == 0);
}

TEST_CASE("Self-queries leave the point itself out, by row") {
  for (int kind = 0; kind < 3; ++kind)
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree}) {
      const Matrix points = points_of(kind, 200, 2, 3);
      NearestNeighbors index({.algorithm = algorithm});
      const Neighbors found = index.fit(points).kneighbors(Index{6});
      CHECK(found.rows == oracle(points, points, 6, Metric::euclidean, 2, true));
      CHECK(found.distances(0, 0) ==
            std::sqrt(plain_distance(points, 0, points, found.rows(0, 0), Metric::euclidean, 2)));
    }
}

TEST_CASE("Radius search finds what is within, nearest first") {
  for (int kind = 0; kind < 3; ++kind)
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree}) {
      const Matrix points = points_of(kind, 150, 2, 4);
      NearestNeighbors index({.algorithm = algorithm});
      index.fit(points);
      for (const double radius : {0.0, 1.0, 2.0}) {
        const RadiusNeighbors found = index.radius_neighbors(radius);
        REQUIRE(found.offsets.size() == 151);
        Index next = 0;
        for (Index i = 0; i < 150; ++i) {
          std::vector<std::pair<double, Index>> expected;
          for (Index j = 0; j < 150; ++j) {
            const double distance =
                std::sqrt(plain_distance(points, i, points, j, Metric::euclidean, 2));
            if (j != i && distance <= radius) expected.emplace_back(distance, j);
          }
          std::sort(expected.begin(), expected.end());
          REQUIRE(found.offsets[static_cast<std::size_t>(i) + 1] ==
                  next + static_cast<Index>(expected.size()));
          for (const auto& [distance, row] : expected) {
            CHECK(found.rows[static_cast<std::size_t>(next)] == row);
            CHECK(found.distances[static_cast<std::size_t>(next++)] == distance);
          }
        }
      }
    }
}

TEST_CASE("A distance of the user's works like the built-in one") {
  struct CityBlock {
    double operator()(const double* a, const double* b, Index n) const {
      double sum = 0;
      for (Index j = 0; j < n; ++j) sum += std::abs(a[j] - b[j]);
      return sum;
    }
  };
  struct Broken {
    double operator()(const double*, const double*, Index) const { return std::nan(""); }
  };
  const Matrix points = points_of(1, 300, 3, 5);
  NearestNeighbors own({.metric = CityBlock{}});
  NearestNeighbors built_in({.metric = Metric::manhattan});
  CHECK(own.fit(points).kneighbors(Index{5}).rows ==
        built_in.fit(points).kneighbors(Index{5}).rows);
  CHECK(own.algorithm_used() == Algorithm::brute);
  CHECK(message_of([&] {
          (void)NearestNeighbors({.metric = Broken{}}).fit(points).kneighbors(Index{5});
        }) == "the user's distance returned nan for reference row 0");
  CHECK(message_of([&] {
          NearestNeighbors({.algorithm = Algorithm::kd_tree, .metric = CityBlock{}}).fit(points);
        }) == "NearestNeighbors: a KD-tree cannot search by the metric 'user'");
}

TEST_CASE("Work is counted alike for any number of threads") {
  const Matrix points = points_of(0, 500, 3, 6);
  for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree}) {
    NearestNeighbors index({.algorithm = algorithm});
    index.fit(points);
    const auto count = [&](int threads) {
      Ledger ledger;
      (void)index.kneighbors(Index{5}, {.threads = threads, .ledger = &ledger});
      return ledger.counts().at("distance_evaluations");
    };
    CHECK(count(1) == count(3));
    if (algorithm == Algorithm::brute) CHECK(count(1) == 500 * 500);
    if (algorithm == Algorithm::kd_tree) CHECK(count(1) < 500 * 250);
  }
}

TEST_CASE("Bad questions are refused") {
  NearestNeighbors index;
  const Matrix points = points_of(0, 10, 2, 7);
  CHECK(message_of([&] { (void)index.kneighbors(points); }) == "NearestNeighbors is not fitted");
  index.fit(points);
  CHECK(message_of([&] { (void)index.kneighbors(points, 11); }) ==
        "NearestNeighbors: 11 neighbours were asked for, but there are only 10 points to find");
  CHECK(message_of([&] { (void)index.kneighbors(points, 0); }) ==
        "NearestNeighbors: the number of neighbours must be >= 1, got 0");
  CHECK(message_of([&] { (void)index.radius_neighbors(points, -1.0); }) ==
        "NearestNeighbors: the radius must be >= 0, got -1");
  CHECK(message_of([&] { (void)index.kneighbors(Matrix(Matrix::Zero(1, 3)), 1); }) ==
        "NearestNeighbors was fitted with 2 columns, got 3");
  CHECK(message_of([&] { (void)index.kneighbors(Matrix(Matrix::Constant(1, 2, 1e200)), 1); }) ==
        "NearestNeighbors: distances from row 0 overflow a double");
}

TEST_CASE("Equal distances are ordered by row as the caller sees them") {
  // Tenths on a grid: sums of squares that differ in the last bit have one square root.
  const Matrix points = points_of(1, 400, 3, 8) * 0.1;
  for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree}) {
    NearestNeighbors index({.algorithm = algorithm});
    index.fit(points);
    const Neighbors found = index.kneighbors(points, 50);
    Index different = 0;
    for (Index i = 0; i < points.rows(); ++i) {
      std::vector<std::pair<double, Index>> all;
      for (Index j = 0; j < points.rows(); ++j)
        all.emplace_back(std::sqrt(plain_distance(points, i, points, j, Metric::euclidean, 2)), j);
      std::sort(all.begin(), all.end());
      for (Index j = 0; j < 50; ++j)
        different += found.rows(i, j) == all[static_cast<std::size_t>(j)].second ? 0 : 1;
    }
    CHECK(different == 0);
  }
}
