// A radius for DBSCAN, from the distances to the neighbours; and new rows in its clusters.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

namespace {

/// The eps at which a share of the points would be core: the distance to the min_samples-th
/// nearest, the point itself included, that the share does not exceed.
double eps_for(const Dataset& data, int min_samples, double share) {
  NearestNeighbors search({.n_neighbors = min_samples - 1});
  const Neighbors found = search.fit(data).kneighbors();
  Vector farthest = found.distances.rightCols(1);
  std::sort(farthest.data(), farthest.data() + farthest.size());
  return farthest(static_cast<Index>(share * static_cast<double>(farthest.size() - 1)));
}

void describe(const std::string& method, const Dataset& data, const Labels& found) {
  std::cout << method << ": " << found.maxCoeff() + 1 << " clusters, "
            << (found.array() < 0).count() << " of " << found.size()
            << " rows noise, adjusted Rand " << metrics::adjusted_rand(data.labels(), found)
            << "\n";
}

}  // namespace

int main() {
  // Olive oils by their fatty acids; the truth is the region that they come from.
  const Dataset olive = datasets::load("olive");
  const Dataset scaled = StandardScaler{}.fit(olive).transform(olive);
  constexpr int min_samples = 8;
  for (const double share : {0.5, 0.7, 0.9}) {
    const double eps = eps_for(scaled, min_samples, share);
    DBSCAN model({.eps = eps, .min_samples = min_samples});
    describe("DBSCAN, eps " + std::to_string(eps), scaled, model.fit(scaled).labels());
  }

  // New rows join the cluster of a core point within eps, or are noise.
  DBSCAN model({.eps = eps_for(scaled, min_samples, 0.7), .min_samples = min_samples});
  const auto [train, test] = train_test_split(scaled, {.test_size = 0.3, .seed = 1});
  describe("new rows", test, model.fit(train).predict(test.x()));
}
