// Eruptions of Old Faithful, with five made up: three ways to tell which do not belong.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

namespace {

/// How many of the last five rows are among the five least usual.
int found(const Vector& scores) {
  Vector sorted = scores;
  std::sort(sorted.begin(), sorted.end());
  return static_cast<int>((scores.tail(5).array() <= sorted(4)).count());
}

}  // namespace

int main() {
  const Dataset real = datasets::load("faithful");
  Matrix x(real.n_rows() + 5, 2);
  x.topRows(real.n_rows()) = StandardScaler().fit_transform(Dataset(real.x())).x();
  x.bottomRows(5) << 0, 3, 2.5, -2, -2.5, 0, 0, 0, -1, 2;

  KNeighborsOutlier distance({.n_neighbors = 10});
  LocalOutlierFactor factor({.n_neighbors = 20, .contamination = 0.02});
  KernelDensity density({.bandwidth_rule = BandwidthRule::silverman});
  std::cout << "of 5 made up, found by\n"
            << "  distance to the 10th neighbour: " << found(distance.fit(x).training_scores())
            << "\n  local outlier factor:           " << found(factor.fit(x).training_scores())
            << "\n  density:                        " << found(density.fit(x).score_samples(x))
            << "\n";

  // New points are judged by the fitted ones.
  Matrix news(2, 2);
  news << 0.7, 0.7, -1.5, 2.5;
  const Labels called = factor.predict(news);
  for (Index i = 0; i < 2; ++i)
    std::cout << "a new point with factor " << -factor.score_samples(news)(i) << " is called "
              << (called(i) < 0 ? "an outlier\n" : "usual\n");
}
