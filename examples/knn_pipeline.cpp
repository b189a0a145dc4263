// Scale, then vote: the scaler is fitted on the training rows only, and the model goes to a file
// and back.
#include <cstdio>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset wine = datasets::load_wine();
  Pipeline knn(StandardScaler{},
               KNeighborsClassifier({.n_neighbors = 7, .weights = Weights::distance}));
  knn.fit(wine);

  save(knn, "knn.grove");
  const Estimator loaded = load("knn.grove");
  std::remove("knn.grove");
  std::cout << loaded.expression() << "\n"
            << "same predictions after loading: " << std::boolalpha
            << (loaded.predict(wine) == knn.predict(wine.x())) << "\n";

  // Which wines speak for the first prediction? Neighbours are rows of the training data.
  const Dataset scaled = StandardScaler{}.fit(wine).transform(wine);
  KNeighborsClassifier alone({.n_neighbors = 3});
  const Neighbors why = alone.fit(scaled).kneighbors(scaled.x().topRows(1));
  for (Index j = 0; j < 3; ++j)
    std::cout << "row " << why.rows(0, j) << " at distance " << why.distances(0, j) << "\n";
}
