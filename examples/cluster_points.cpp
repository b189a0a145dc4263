// Find groups without labels, then ask how good they are, with and without the truth.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset iris = datasets::load_iris();
  const Dataset scaled = StandardScaler{}.fit(iris).transform(iris);
  for (int k = 2; k <= 5; ++k) {
    KMeans clusterer({.n_clusters = k, .seed = 1});
    const Labels found = clusterer.fit(scaled).labels();
    std::cout << k << " clusters: inertia " << clusterer.inertia() << ", silhouette "
              << metrics::silhouette(scaled.x(), found) << ", adjusted Rand "
              << metrics::adjusted_rand(iris.labels(), found) << "\n";
  }
}
