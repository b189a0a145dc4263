#include <cmath>

#include "grove/core/random.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"
#include "support/check.hpp"

using namespace grove;

// Brute force answers many queries by float products that filter; one query is measured in double
// from the start. Both must agree to the bit on data that is hard on the filter.

namespace {

enum class Shape { normal, edge, grid, duplicates, far_away, huge, tiny, mixed, constant };

Matrix points_of(Shape shape, Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (double& value : x.reshaped())
    value = shape == Shape::grid ? static_cast<double>(rng.below(3)) : rng.normal();
  switch (shape) {
    case Shape::duplicates:
      for (Index i = n / 3; i < n; ++i) x.row(i) = x.row(rng.below(n / 3));
      break;
    case Shape::edge:
      x = 1.5e308 + x.array() * 1e150;
      break;
    case Shape::far_away:
      x.array() += 1e9;
      break;
    case Shape::huge:
      x *= 1e150;
      break;
    case Shape::tiny:
      x *= 1e-160;  // the squares are denormal
      break;
    case Shape::mixed:
      for (Index j = 0; j < d; ++j) x.col(j) *= std::pow(10.0, static_cast<double>(j % 7) * 3 - 9);
      break;
    case Shape::constant:
      x.setConstant(0.1);
      break;
    default:
      break;
  }
  return x;
}

Index differences(const Neighbors& found, const NearestNeighbors& index, const Matrix& queries,
                  Index k) {
  Index different = 0;
  for (Index i = 0; i < queries.rows(); ++i) {
    const Neighbors one = index.kneighbors(queries.middleRows(i, 1), k);
    different += (one.rows.row(0) - found.rows.row(i)).cwiseAbs().maxCoeff() != 0 ||
                         (one.distances.row(0).array() != found.distances.row(i).array()).any()
                     ? 1
                     : 0;
  }
  return different;
}

}  // namespace

TEST_CASE("Many queries by products find what one query at a time finds") {
  for (const Shape shape :
       {Shape::normal, Shape::edge, Shape::grid, Shape::duplicates, Shape::far_away, Shape::huge,
        Shape::tiny, Shape::mixed, Shape::constant})
    for (const auto& [n, d] : std::vector<std::pair<Index, Index>>{{300, 1}, {1000, 7}, {777, 130}})
      for (const Index k : {1, 5, 30}) {
        INFO(static_cast<int>(shape) << ": " << n << " x " << d << ", k = " << k);
        const Matrix points = points_of(shape, n, d, 1);
        const Matrix queries = points_of(shape, 70, d, 2);
        NearestNeighbors index({.algorithm = Algorithm::brute});
        index.fit(points);
        for (const int threads : {1, 3})
          CHECK(differences(index.kneighbors(queries, k, {.threads = threads}), index, queries,
                            k) == 0);
      }
}

TEST_CASE("Queries far from all points, and self-queries, by products") {
  const Matrix points = points_of(Shape::normal, 600, 5, 3);
  NearestNeighbors index({.algorithm = Algorithm::brute});
  NearestNeighbors tree({.algorithm = Algorithm::kd_tree});
  index.fit(points);
  tree.fit(points);
  const Matrix far = points_of(Shape::normal, 50, 5, 4).array() + 1e12;
  CHECK(differences(index.kneighbors(far, 3), index, far, 3) == 0);
  const Neighbors brute = index.kneighbors(Index{4});
  const Neighbors found = tree.kneighbors(Index{4});
  CHECK(brute.rows == found.rows);
  CHECK(brute.distances == found.distances);
}
