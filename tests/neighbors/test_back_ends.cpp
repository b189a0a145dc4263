#include <algorithm>
#include <cmath>

#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"
#include "support/check.hpp"

using namespace grove;

// Every exact back end against two plain loops, on real data and on data that is all ties: for each
// leaf size, number of threads and layout of the queries.

namespace {

constexpr Index k = 7;

struct Points {
  std::string name;
  Matrix x;
};

std::vector<Points> data_sets() {
  std::vector<Points> sets;
  for (const char* name :
       {"letter_recognition", "satellite", "shuttle", "digits", "spam", "higgs_7500"})
    sets.push_back({name, datasets::load(name).x()});
  Rng rng(1);
  Matrix duplicates(3000, 4);
  for (double& value : duplicates.reshaped()) value = rng.normal();
  for (Index i = 300; i < 3000; ++i) duplicates.row(i) = duplicates.row(rng.below(300));
  sets.push_back({"duplicates", std::move(duplicates)});
  Matrix grid(4000, 3);
  for (double& value : grid.reshaped()) value = static_cast<double>(rng.below(8));
  sets.push_back({"grid", std::move(grid)});
  return sets;
}

double distance(const Matrix& x, Index i, Index j) {
  double sum = 0;
  for (Index c = 0; c < x.cols(); ++c) sum += (x(i, c) - x(j, c)) * (x(i, c) - x(j, c));
  return std::sqrt(sum);
}

/// All points by distance from row i, ties by row.
std::vector<std::pair<double, Index>> ranking(const Matrix& x, Index i) {
  std::vector<std::pair<double, Index>> all;
  for (Index j = 0; j < x.rows(); ++j) all.emplace_back(distance(x, i, j), j);
  std::sort(all.begin(), all.end());
  return all;
}

const std::vector<Algorithm> exact{Algorithm::brute, Algorithm::kd_tree, Algorithm::ball_tree,
                                   Algorithm::cells, Algorithm::nanoflann};

}  // namespace

TEST_CASE("No back end, leaf size, number of threads or layout changes a neighbour") {
  const std::vector<Points> sets = data_sets();
  REQUIRE(sets.size() == 8);
  for (const Points& set : sets) {
    INFO(set.name);
    const Index step = std::max<Index>(1, set.x.rows() / 150);
    std::vector<Index> asked;
    for (Index i = 0; i < set.x.rows(); i += step) asked.push_back(i);
    const auto n = static_cast<Index>(asked.size());
    Matrix wide = Matrix::Constant(n, set.x.cols() + 5, 1e300);
    IndexMatrix expected(n, k);
    for (Index q = 0; q < n; ++q) {
      const Index row = asked[static_cast<std::size_t>(q)];
      wide.row(q).head(set.x.cols()) = set.x.row(row);
      const auto ranked = ranking(set.x, row);
      for (Index h = 0; h < k; ++h) expected(q, h) = ranked[static_cast<std::size_t>(h)].second;
    }
    const Matrix dense = wide.leftCols(set.x.cols());
    Index different = 0;
    for (const Algorithm algorithm : exact)
      for (const int leaf_size : {1, 16, 50}) {
        const bool leafless = algorithm == Algorithm::brute || algorithm == Algorithm::cells;
        if (leafless && leaf_size > 1) continue;
        NearestNeighbors model({.algorithm = algorithm, .leaf_size = leaf_size});
        model.fit(set.x, {.threads = leaf_size == 16 ? 1 : 3});
        for (const int threads : {1, 2, 3, 7}) {
          const Context context{.threads = threads};
          different +=
              (model.kneighbors(dense, k, context).rows.array() != expected.array()).count();
          different += (model.kneighbors(wide.leftCols(set.x.cols()), k, context).rows.array() !=
                        expected.array())
                           .count();
        }
      }
    CHECK(different == 0);
  }
}

TEST_CASE("Self-queries of all back ends agree on every row") {
  for (const Points& set : data_sets()) {
    if (set.x.rows() > 8000) continue;
    INFO(set.name);
    const Neighbors expected =
        NearestNeighbors({.algorithm = Algorithm::nanoflann}).fit(set.x).kneighbors(k);
    for (const Algorithm algorithm : exact)
      for (const int threads : {1, 3}) {
        NearestNeighbors model({.algorithm = algorithm});
        const Neighbors found =
            model.fit(set.x, {.threads = threads}).kneighbors(k, {.threads = threads});
        CHECK((found.rows.array() != expected.rows.array()).count() == 0);
        CHECK((found.distances.array() != expected.distances.array()).count() == 0);
      }
  }
}

TEST_CASE("With ties, the neighbours do not depend on the order of the points") {
  for (const Points& set : data_sets()) {
    if (set.name != "duplicates" && set.name != "grid") continue;
    INFO(set.name);
    const Matrix x = set.x.topRows(600);
    std::vector<std::vector<Index>> expected;
    for (Index i = 0; i < x.rows(); i += 5) {
      const auto ranked = ranking(x, i);
      expected.emplace_back();
      for (const auto& [d, row] : ranked)
        if (d <= ranked[k - 1].first) expected.back().push_back(row);
      std::sort(expected.back().begin(), expected.back().end());
    }
    Matrix queries(static_cast<Index>(expected.size()), x.cols());
    for (Index q = 0; q < queries.rows(); ++q) queries.row(q) = x.row(5 * q);
    Rng rng(2);
    Index different = 0;
    for (int round = 0; round < 20; ++round) {
      const std::vector<Index> order = rng.permutation(x.rows());
      Matrix shuffled(x.rows(), x.cols());
      for (Index i = 0; i < x.rows(); ++i)
        shuffled.row(i) = x.row(order[static_cast<std::size_t>(i)]);
      for (const Algorithm algorithm : exact) {
        NearestNeighbors model({.algorithm = algorithm});
        const RadiusNeighbors found = model.fit(shuffled).kneighbors_with_ties(queries, k);
        for (std::size_t q = 0; q < expected.size(); ++q) {
          std::vector<Index> rows;
          for (Index at = found.offsets[q]; at < found.offsets[q + 1]; ++at)
            rows.push_back(
                order[static_cast<std::size_t>(found.rows[static_cast<std::size_t>(at)])]);
          std::sort(rows.begin(), rows.end());
          different += rows == expected[q] ? 0 : 1;
        }
      }
    }
    CHECK(different == 0);
  }
}

TEST_CASE("Random shapes, duplicates, constant columns, huge and denormal coordinates") {
  Rng rng(5);
  Index different = 0;
  for (int round = 0; round < 250; ++round) {
    const Index n = 1 + rng.below(round % 3 == 0 ? 400 : 40);
    const Index d = 1 + rng.below(round % 4 == 0 ? 30 : 5);
    Matrix x(n, d);
    const double scale = std::vector<double>{1, 1e150, 1e-160, 5e-324,
                                             1e-300}[static_cast<std::size_t>(rng.below(5))];
    for (double& value : x.reshaped())
      value = (rng.below(2) == 0 ? rng.normal() : static_cast<double>(rng.below(3))) * scale;
    if (rng.below(3) == 0) x.col(rng.below(d)).setConstant(7 * scale);
    for (Index i = 0; i < n / 3; ++i) x.row(rng.below(n)) = x.row(rng.below(n)).eval();
    const Index wanted = 1 + rng.below(std::min<Index>(n, 20));
    IndexMatrix expected(n, wanted);
    for (Index i = 0; i < n; ++i) {
      const auto ranked = ranking(x, i);
      for (Index h = 0; h < wanted; ++h)
        expected(i, h) = ranked[static_cast<std::size_t>(h)].second;
    }
    for (const Algorithm algorithm : exact) {
      NearestNeighbors model({.algorithm = algorithm, .leaf_size = 1 + round % 40});
      model.fit(x, {.threads = 1 + round % 3});
      const Index wrong = (model.kneighbors(x, wanted).rows.array() != expected.array()).count();
      if (wrong > 0)
        UNSCOPED_INFO("scale " << scale << ", round " << round << ", algorithm "
                               << static_cast<int>(algorithm));
      different += wrong;
    }
  }
  CHECK(different == 0);
}

TEST_CASE("Batches fill memory of the caller's, from many threads at once") {
  const Matrix x = datasets::load("digits").x();
  NearestNeighbors model;
  model.fit(x);
  const Neighbors expected = model.kneighbors(x, 4);
  std::vector<Index> rows(static_cast<std::size_t>(x.rows() * 4));
  std::vector<double> distances(rows.size());
  model.kneighbors(x, 4, rows, distances);
  CHECK(std::equal(rows.begin(), rows.end(), expected.rows.data()));
  CHECK(std::equal(distances.begin(), distances.end(), expected.distances.data()));
  model.kneighbors(4, rows, distances);
  CHECK(std::equal(rows.begin(), rows.end(), model.kneighbors(Index{4}).rows.data()));
  CHECK(grove::testing::message_of(
            [&] { model.kneighbors(x, 4, std::span(rows).first(7), distances); }) ==
        "NearestNeighbors: 1797 queries for 4 neighbours fill 7188 entries, but there is room "
        "for 7 rows and 7188 distances");
}

TEST_CASE("A saved index finds the same, and the report says what auto took") {
  const Matrix x = datasets::load("shuttle").x().topRows(3000);
  NearestNeighbors model({.n_neighbors = 3});
  model.fit(x);
  REQUIRE(model.report().notes.size() == 1);
  CHECK(model.report().notes[0] ==
        "algorithm = auto took a KD-tree: 3000 points of at most 20 columns (9)");
  const Value state = model.save_state();
  const NearestNeighbors loaded = NearestNeighbors::load_state(model.params(), StateReader(state));
  CHECK(loaded.kneighbors(x).rows == model.kneighbors(x).rows);
  CHECK(to_text(loaded.save_state()) == to_text(state));
  NearestNeighbors brute({.algorithm = Algorithm::brute});
  CHECK(brute.fit(x).report().notes.empty());
}
