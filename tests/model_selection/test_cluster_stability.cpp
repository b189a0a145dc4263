#include <catch2/catch.hpp>

#include "grove/baseline/gaussian_nb.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/data/standard_datasets.hpp"
#include "grove/model_selection/cluster_stability.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

/// Two groups by the sign of the first column, in an order that depends on the sample.
struct Signs {
  Labels found;
  void fit(const Dataset& data) {
    const int flip = data.x()(0, 1) > 0 ? 1 : 0;
    found = Labels(data.n_rows());
    for (Index i = 0; i < data.n_rows(); ++i) found[i] = (data.x()(i, 0) > 0 ? 1 : 0) ^ flip;
  }
  Labels labels() const { return found; }
};

/// Noise at every other row of the sample: says nothing about the row.
struct EveryOther {
  Labels found;
  void fit(const Dataset& data) {
    found = Labels(data.n_rows());
    for (Index i = 0; i < data.n_rows(); ++i) found[i] = i % 2 == 0 ? 0 : -1;
  }
  Labels labels() const { return found; }
};

Dataset points(Index n) {
  Matrix x = Matrix::Random(n, 2);
  return Dataset(x);
}

}  // namespace

TEST_CASE("what depends on the points alone is stable, what depends on the sample is not",
          "[stability]") {
  const Dataset data = points(400);
  const Stability signs = cluster_stability(Signs{}, data);
  CHECK(signs.agreements == Vector::Ones(10));
  CHECK(signs.mean() == 1);
  CHECK(signs.std() == 0);
  const Stability other = cluster_stability(EveryOther{}, data, {.n_pairs = 30});
  CHECK(std::abs(other.mean()) < 0.05);
  CHECK(other.std() > 0);
}

TEST_CASE("stability tells the number of groups", "[stability]") {
  const Dataset iris = datasets::load_iris();
  const double two = cluster_stability(KMeans({.n_clusters = 2}), iris).mean();
  const double seven = cluster_stability(KMeans({.n_clusters = 7}), iris).mean();
  CHECK(two > 0.98);
  CHECK(seven < two - 0.05);
}

TEST_CASE("stability: threads, seeds, targets and weights", "[stability]") {
  const Dataset iris = datasets::load_iris();
  const KMeans model({.n_clusters = 4, .n_init = 1});
  const StabilityOptions options{.n_pairs = 4, .fraction = 0.6, .seed = 3};
  const Vector expected = cluster_stability(model, iris, options, {.threads = 1}).agreements;
  for (const int threads : {2, 3, 7})
    CHECK(cluster_stability(model, iris, options, {.threads = threads}).agreements == expected);
  CHECK(cluster_stability(model, iris.without_target(), options).agreements == expected);
  CHECK(cluster_stability(model, iris.with_weights(Vector::Ones(150)), options).agreements ==
        expected);
  CHECK(cluster_stability(model, iris, {.n_pairs = 4, .fraction = 0.6, .seed = 4}).agreements !=
        expected);
  CHECK(cluster_stability(model, iris, {.n_pairs = 1}).std() == 0);
}

TEST_CASE("stability: bad input", "[stability]") {
  const Dataset data = points(20);
  const auto message = [&](const Estimator& model, const Dataset& of,
                           const StabilityOptions& options) {
    return message_of([&] { cluster_stability(model, of, options); });
  };
  CHECK(message(Signs{}, data, {.n_pairs = 0}) ==
        "cluster_stability: n_pairs must be at least 1, got 0");
  CHECK(message(Signs{}, data, {.fraction = 0.5}) ==
        "cluster_stability: fraction must lie in (0.5, 1), got 0.5");
  CHECK(message(Signs{}, data, {.fraction = 1}) ==
        "cluster_stability: fraction must lie in (0.5, 1), got 1");
  CHECK(message(Signs{}, points(9), {}) == "cluster_stability: expected at least 10 rows, got 9");
  CHECK(message(GaussianNB(), data, {}) ==
        "cluster_stability needs a clusterer, and GaussianNB() is a classifier");
  CHECK(message(KMeans({.n_clusters = 18}), data, {}) ==
        "KMeans: n_clusters = 18, but the data have only 16 distinct points");
}
