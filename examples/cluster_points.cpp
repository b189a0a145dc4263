// How many groups are there? k-means over k: its inertia, two judges that know no truth, the gap
// statistic, and the truth at last.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset wine = datasets::load_wine();
  const Dataset scaled = StandardScaler{}.fit(wine).transform(wine);
  for (int k = 2; k <= 6; ++k) {
    KMeans clusterer({.n_clusters = k, .seed = 1});
    const Labels found = clusterer.fit(scaled).labels();
    std::cout << k << " clusters: inertia " << clusterer.inertia() << ", silhouette "
              << metrics::silhouette(scaled.x(), found) << ", stability "
              << cluster_stability(clusterer, scaled).mean() << ", adjusted Rand "
              << metrics::adjusted_rand(wine.labels(), found) << "\n";
  }

  const GapStatistic gap =
      gap_statistic(KMeans({.seed = 1}), scaled.x(), {.n_clusters = {1, 2, 3, 4, 5, 6}});
  std::cout << "\nGap statistic:\n" << gap;
  if (gap.n_clusters) std::cout << "It finds " << *gap.n_clusters << " groups.\n";

  // Several clusterers side by side; to_html(comparison) is the same as a page with pictures.
  std::cout << "\n"
            << compare_clusterings(
                   {{"k-means", KMeans({.n_clusters = 3})},
                    {"scaled k-means", Pipeline(StandardScaler{}, KMeans({.n_clusters = 3}))}},
                   wine, {.standardize = true});
}
