#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/neighbors/approximate_neighbors.hpp"
#include "grove/neighbors/nearest_centroid.hpp"
#include "grove/neighbors/prototype_classifier.hpp"
#include "support/contract.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

Matrix normal_points(Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (double& value : x.reshaped()) value = rng.normal();
  return x;
}

}  // namespace

TEST_CASE("All cells find the exact neighbours, fewer cells a growing share") {
  const Matrix points = normal_points(4000, 6, 1);
  const Matrix queries = normal_points(300, 6, 2);
  for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::mahalanobis}) {
    ApproximateNeighbors model({.n_neighbors = 10, .metric = metric});
    model.fit(points);
    CHECK(model.n_cells() == 64);
    const Neighbors exact =
        NearestNeighbors({.metric = metric}).fit(points).kneighbors(queries, 10);
    const Neighbors all = model.kneighbors(queries, 10, model.n_cells());
    CHECK(all.rows == exact.rows);
    CHECK(all.distances == exact.distances);
    CHECK(model.recall(queries, 10, model.n_cells()) == 1);
    double before = 0;
    for (const Index n_probes : {1, 4, 16, 32}) {
      const double recall = model.recall(queries, 10, n_probes);
      CHECK(recall > (before < 0.99 ? before : 0.99));
      before = recall;
      Index found = 0;
      const Neighbors some = model.kneighbors(queries, 10, n_probes, {.threads = 3});
      for (Index i = 0; i < 300; ++i)
        for (Index h = 0; h < 10; ++h)
          found += (exact.rows.row(i).array() == some.rows(i, h)).any() ? 1 : 0;
      CHECK(recall == static_cast<double>(found) / 3000);
    }
    CHECK(before > 0.95);
    // More neighbours than a cell holds.
    const Neighbors many = model.kneighbors(queries, 500, 1);
    CHECK(many.rows.minCoeff() >= 0);
    CHECK(many.distances.allFinite());
  }
}

TEST_CASE("The work of few probes is a fraction of all") {
  const Matrix points = normal_points(4000, 6, 1);
  ApproximateNeighbors model;
  model.fit(points);
  const auto evaluations = [&](Index n_probes, int threads) {
    Ledger ledger;
    (void)model.kneighbors(points, 5, n_probes, {.threads = threads, .ledger = &ledger});
    return ledger.counts().at("distance_evaluations");
  };
  CHECK(evaluations(2, 1) * 4 < evaluations(64, 1));
  CHECK(evaluations(2, 1) == evaluations(2, 3));
  CHECK(message_of([&] { (void)model.kneighbors(points, 5, 0); }) ==
        "ApproximateNeighbors: n_probes must be >= 1, got 0");
  CHECK(message_of([&] { ApproximateNeighbors({.metric = Metric::cosine}).fit(points); }) ==
        "ApproximateNeighbors: a search of cells cannot search by the metric 'cosine'");
}

TEST_CASE("Prototypes keep the contract and stand for their class") {
  CHECK(grove::testing::contract_of(PrototypeClassifier({.n_prototypes = 3})) == "");
  const Dataset data = datasets::load("satellite");
  const auto accuracy = [&](const auto& model) {
    return static_cast<double>((model.predict(data.x()).array() == data.labels().array()).count()) /
           static_cast<double>(data.n_rows());
  };
  PrototypeClassifier one({.n_prototypes = 1});
  one.fit(data);
  NearestCentroid centroid;
  centroid.fit(data);
  CHECK(one.prototypes().rows() == data.n_classes());
  PrototypeClassifier many({.n_prototypes = 40});
  many.fit(data);
  CHECK(accuracy(many) > accuracy(one) + 0.05);
  CHECK(accuracy(many) > 0.85);
  // A class of fewer rows than prototypes keeps all of them.
  Matrix x(3, 1);
  x << 1, 2, 9;
  Labels y(3);
  y << 0, 0, 1;
  PrototypeClassifier small;
  small.fit(x, y);
  CHECK(small.prototypes().rows() == 3);
  CHECK(small.predict(x) == y);
}
