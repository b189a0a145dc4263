// The nearest of points in your own memory: every algorithm gives the same answer, and
// the work is counted beside the seconds.
#include <grove/grove.hpp>
#include <iostream>
#include <vector>

using namespace grove;

int main() {
  // Coordinates as another program would hand them over: x, y, z, x, y, z, ...
  std::vector<double> memory;
  Rng rng(1);
  for (int i = 0; i < 3 * 20000; ++i) memory.push_back(rng.uniform());
  const Eigen::Map<const Matrix> points(memory.data(), static_cast<Index>(memory.size() / 3), 3);

  Neighbors first;
  for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree, Algorithm::nanoflann}) {
    Ledger ledger;
    NearestNeighbors index({.n_neighbors = 5, .algorithm = algorithm});
    index.fit(points);                                                  // no copy on the way in
    const Neighbors found = index.kneighbors({}, {.ledger = &ledger});  // each point's 5 nearest
    if (first.rows.size() == 0) first = found;
    std::cout << ledger.counts().at("distance_evaluations") / 20000 << " distances a point, "
              << (found.rows.array() != first.rows.array()).count() << " answers differ\n";
  }

  const RadiusNeighbors near =
      NearestNeighbors().fit(points).radius_neighbors(Matrix(Matrix::Constant(1, 3, 0.5)), 0.05);
  std::cout << near.rows.size() << " points within 0.05 of the centre, the nearest at "
            << near.distances.front() << "\n";
}
