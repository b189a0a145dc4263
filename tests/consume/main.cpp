#include <grove/core/random.hpp>
#include <grove/neighbors/k_neighbors.hpp>
#include <iostream>

// A program of somebody else's: links the installed package, moves matrices across its border.
int main() {
  grove::Rng rng(1);
  grove::Matrix x(50, 3);
  grove::Labels y(50);
  for (grove::Index i = 0; i < 50; ++i) {
    y(i) = static_cast<int>(i % 2);
    for (grove::Index j = 0; j < 3; ++j) x(i, j) = rng.normal() + 8 * y(i);
  }
  grove::KNeighborsClassifier model({.n_neighbors = 3});
  model.fit(x, y);
  const grove::Matrix proba = model.predict_proba(x);
  const bool right = model.predict(x) == y && proba.rows() == 50;
  std::cout << (right ? "consumed" : "wrong") << '\n';
  return right ? 0 : 1;
}
