// Clusters of very different density in noise: HDBSCAN finds them without a radius, OPTICS shows
// them in one plot.
#include <fstream>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

namespace {

/// Three clouds of spread 0.1, 0.5 and 1.5, and points anywhere.
Matrix clouds_in_noise() {
  Rng rng(7);
  Matrix x(1000, 2);
  const double spread[] = {0.1, 0.5, 1.5};
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < 2; ++j)
      x(i, j) = i % 4 == 3 ? 24 * rng.uniform() - 5
                           : 7 * static_cast<double>(i % 4) + spread[i % 4] * rng.normal();
  return x;
}

}  // namespace

int main() {
  const Matrix x = clouds_in_noise();

  HDBSCAN hdbscan({.min_cluster_size = 40, .min_samples = 10});
  const Labels& labels = hdbscan.fit(x).labels();
  std::cout << labels.maxCoeff() + 1 << " clusters, " << (labels.array() < 0).count()
            << " rows of noise\n\n"
            << hdbscan.condensed_tree().to_text();

  // New points join what is there; how surely, the probability says.
  Matrix news(3, 2);
  news << 0, 0.05, 14, 12, -4, 18;
  const ClusterMembership joined = hdbscan.approximate_predict(news);
  std::cout << '\n';
  for (Index i = 0; i < news.rows(); ++i)
    std::cout << '(' << news.row(i) << "): label " << joined.labels(i) << ", probability "
              << joined.probabilities(i) << ", outlier score " << joined.outlier_scores(i) << '\n';

  OPTICS optics({.min_samples = 10, .min_cluster_size = 40});
  optics.fit(x);
  std::cout << "\nOPTICS: " << optics.labels().maxCoeff() + 1 << " innermost clusters of "
            << optics.cluster_hierarchy().rows() << " in its hierarchy; a cut at 0.5 gives "
            << optics.labels_at(0.5).maxCoeff() + 1 << '\n';

  std::ofstream("condensed_tree.svg") << hdbscan.condensed_tree().to_svg();
  std::ofstream("reachability.svg") << optics.to_svg();
  return labels.maxCoeff() == 2 ? 0 : 1;
}
