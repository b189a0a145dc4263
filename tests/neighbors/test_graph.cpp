#include "grove/data/standard_datasets.hpp"
#include "grove/neighbors/graph.hpp"
#include "support/check.hpp"

using namespace grove;

TEST_CASE("Graphs hold the neighbours as sparse matrices") {
  const Matrix x = datasets::load_iris().x();
  NearestNeighbors model({.n_neighbors = 4, .radius = 0.5});
  model.fit(x);
  const Neighbors found = model.kneighbors(Index{4});
  const Graph connected = kneighbors_graph(model);
  const Graph distances = kneighbors_graph(model, 4, GraphMode::distance);
  CHECK(connected.isCompressed());
  CHECK(connected.nonZeros() == 150 * 4);
  CHECK(connected.sum() == 150 * 4);
  for (Index i = 0; i < 150; ++i) {
    CHECK(connected.coeff(i, i) == 0);
    for (Index h = 0; h < 4; ++h) {
      CHECK(connected.coeff(i, found.rows(i, h)) == 1);
      CHECK(distances.coeff(i, found.rows(i, h)) == found.distances(i, h));
    }
    Index before = -1;
    for (Graph::InnerIterator entry(distances, i); entry; ++entry) {
      CHECK(entry.col() > before);
      before = entry.col();
    }
  }
  const RadiusNeighbors within = model.radius_neighbors(x);
  const Graph around = radius_neighbors_graph(model, x, {}, GraphMode::distance);
  CHECK(around.nonZeros() == static_cast<Index>(within.rows.size()));
  // The point itself is there, at distance 0.
  CHECK(around.nonZeros() == radius_neighbors_graph(model).nonZeros() + 150);
  CHECK(kneighbors_graph(model, x.topRows(2), 7).rows() == 2);
}
