#include <algorithm>
#include <cmath>

#include "cluster/affinity/point_panels.hpp"
#include "cluster/affinity/spectral.hpp"
#include "grove/cluster/spectral_clustering.hpp"
#include "grove/core/error.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/registry/archive.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

// After grove's own headers, which settle how Eigen allocates.
#include <Eigen/Eigenvalues>

using namespace grove;
using namespace grove::testing;

namespace {

/// A noisy circle within another one.
Matrix rings(Index n, double noise, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, 2);
  for (Index i = 0; i < n; ++i) {
    const double angle = 6.283185307179586 * rng.uniform(), radius = i % 2 == 0 ? 1 : 3;
    x(i, 0) = radius * std::cos(angle) + noise * rng.normal();
    x(i, 1) = radius * std::sin(angle) + noise * rng.normal();
  }
  return x;
}

Matrix blobs(Index n, Index k, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, 2);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = 7 * static_cast<double>(i % k) + rng.normal();
    x(i, 1) = 5 * static_cast<double>(i % k % 2) + rng.normal();
  }
  return x;
}

template <class E>
E enum_of(const std::string& name) {
  for (const auto& entry : enum_names(E{}))
    if (entry.name == name) return entry.value;
  throw std::runtime_error(name);
}

}  // namespace

TEST_CASE("SpectralClustering keeps the contract", "[spectral]") {
  CHECK(contract_of(SpectralClustering({.n_clusters = 3, .gamma = 0.05, .n_init = 2})) == "");
  CHECK(contract_of(SpectralClustering({.n_clusters = 5,
                                        .affinity = Affinity::nearest_neighbors,
                                        .assign_labels = AssignLabels::cluster_qr})) == "");
}

TEST_CASE("SpectralClustering finds the clusters of scikit-learn", "[spectral]") {
  const auto expected = grove::testing::reference("spectral_clustering");
  REQUIRE(expected["cases"].size() == 16);
  for (const auto& item : expected["cases"]) {
    INFO(item["name"] << " " << item["assign_labels"]);
    const Matrix x = to_matrix(item["x"]);
    SpectralClustering model({.n_clusters = item["n_clusters"],
                              .affinity = enum_of<Affinity>(item["affinity"]),
                              .gamma = item["gamma"],
                              .n_neighbors = item["n_neighbors"],
                              .assign_labels = enum_of<AssignLabels>(item["assign_labels"])});
    model.fit(x);
    CHECK(metrics::adjusted_rand(to_labels(item["labels"]), model.labels()) == 1.0);
    cluster::AffinityGraph graph = model.params().affinity == Affinity::rbf
                                       ? cluster::rbf_graph("test", x, model.params().gamma, {})
                                       : cluster::neighbor_graph(x, model.params().n_neighbors, {});
    const cluster::Embedding found =
        cluster::spectral_embedding("test", graph, model.params().n_clusters, Rng(1), {});
    CHECK(close(found.eigenvalues, to_vector(item["eigenvalues"]), 1e-10));
  }
}

TEST_CASE("Eigenvectors by Lanczos are those of the full decomposition", "[spectral]") {
  for (const bool dense : {true, false}) {
    const Matrix x = blobs(400, 3, 1);
    const auto make = [&] {
      return dense ? cluster::rbf_graph("test", x, 0.05, {}) : cluster::neighbor_graph(x, 40, {});
    };
    cluster::AffinityGraph graph = make();
    Matrix whole = dense ? graph.dense : Matrix(graph.sparse);
    CHECK(whole == whole.transpose());
    CHECK(whole.diagonal().isZero());
    const Vector roots = whole.rowwise().sum().array().sqrt();
    whole = roots.cwiseInverse().asDiagonal() * whole * roots.cwiseInverse().asDiagonal();
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver{Eigen::MatrixXd(whole)};
    const cluster::Embedding found = cluster::spectral_embedding("test", graph, 5, Rng(2), {});
    CHECK(close(found.eigenvalues, Vector(solver.eigenvalues().tail(5).reverse()), 1e-10));
    const Matrix vectors = roots.asDiagonal() * found.vectors;
    CHECK(close(Matrix(vectors.transpose() * vectors), Matrix::Identity(5, 5), 1e-8));
    CHECK((whole * vectors - vectors * found.eigenvalues.asDiagonal()).norm() < 1e-8);
    for (Index c = 0; c < 5; ++c)
      CHECK(found.vectors.col(c).maxCoeff() >= -found.vectors.col(c).minCoeff());
  }
}

TEST_CASE("Parts that do not touch are clusters", "[spectral]") {
  const Matrix x = blobs(900, 3, 3) * 10;
  SpectralClustering model({.n_clusters = 3, .affinity = Affinity::nearest_neighbors});
  model.fit(x);
  for (Index i = 3; i < 900; ++i) CHECK(model.labels()(i) == model.labels()(i - 3));
  CHECK(model.report().notes ==
        std::vector<std::string>{"the graph of affinities falls into 3 parts"});
  CHECK(message_and_hint_of([&] {
          SpectralClustering({.n_clusters = 2, .affinity = Affinity::nearest_neighbors}).fit(x);
        }) ==
        "SpectralClustering: the graph of affinities falls into 3 parts, more than n_clusters = 2\n"
        "hint: raise n_neighbors, lower gamma, or ask for as many clusters");
  // Affinities of exp(-600): above 0, but not to the precision of the numbers.
  SpectralClustering far({.n_clusters = 3, .gamma = 1.2});
  far.fit(Matrix(blobs(600, 3, 4) * 3));
  CHECK(far.labels().maxCoeff() == 2);
}

TEST_CASE("Rings are found by either affinity", "[spectral]") {
  const Matrix x = rings(700, 0.1, 5);
  for (const Affinity affinity : {Affinity::rbf, Affinity::nearest_neighbors}) {
    SpectralClustering model({.n_clusters = 2, .affinity = affinity, .gamma = 20});
    model.fit(x);
    Index same = 0;
    for (Index i = 0; i < 700; ++i) same += model.labels()(i) == model.labels()(i % 2) ? 1 : 0;
    CHECK(same == 700);
    CHECK(model.labels()(0) != model.labels()(1));
  }
}

TEST_CASE("SpectralClustering: any number of threads gives the same bytes", "[spectral]") {
  const Matrix x = rings(500, 0.25, 6);
  for (const Affinity affinity : {Affinity::rbf, Affinity::nearest_neighbors})
    for (const AssignLabels assign : {AssignLabels::kmeans, AssignLabels::cluster_qr}) {
      const auto bytes = [&](int threads) {
        SpectralClustering model({.n_clusters = 4,
                                  .affinity = affinity,
                                  .gamma = 3,
                                  .assign_labels = assign,
                                  .n_init = 2});
        model.fit(x, {.threads = threads});
        return to_bytes(model);
      };
      const std::string one = bytes(1);
      for (const int threads : {2, 3, 7}) CHECK(bytes(threads) == one);
      CHECK(to_bytes(from_bytes(one)) == one);
    }
}

TEST_CASE("SpectralClustering: permuted rows, duplicates, one cluster, a cluster for each row",
          "[spectral]") {
  const Matrix x = blobs(300, 3, 7);
  Matrix twice(600, 2);
  twice << x, x.colwise().reverse();
  for (const Affinity affinity : {Affinity::rbf, Affinity::nearest_neighbors}) {
    SpectralClustering model(
        {.n_clusters = 3, .affinity = affinity, .gamma = 0.3, .n_neighbors = 30});
    model.fit(twice);
    CHECK(model.labels().head(300) == model.labels().tail(300).reverse());
    const Labels labels = model.labels().head(300);
    model.fit(x);
    CHECK(metrics::adjusted_rand(labels, model.labels()) == 1.0);
  }
  SpectralClustering one({.n_clusters = 1, .gamma = 0.1});
  one.fit(x);
  CHECK(one.labels().isZero());
  SpectralClustering each({.n_clusters = 12, .gamma = 0.1});
  each.fit(x.topRows(12));
  Labels sorted = each.labels();
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == Labels::LinSpaced(12, 0, 11));
}

TEST_CASE("Distances in panels are the same from either end", "[spectral]") {
  Rng rng(8);
  for (const Index n : {1, 5, 255, 256, 257, 700})
    for (const Index d : {1, 3, 17}) {
      Matrix x(n, d);
      for (double& value : x.reshaped()) value = rng.normal();
      const cluster::PointPanels panels(x);
      Matrix all(n, n);
      for (Index i = 0; i < n; ++i) panels.squared(x.row(i).eval().data(), all.data() + i * n);
      CHECK(all == all.transpose());
      double worst = 0;
      for (Index i = 0; i < n; ++i)
        worst = std::max(worst, std::abs(all(i, n / 2) - (x.row(i) - x.row(n / 2)).squaredNorm()));
      CHECK(worst < 1e-12);
    }
}

TEST_CASE("SpectralClustering refuses what it cannot do", "[spectral]") {
  const Matrix x = blobs(20, 2, 9);
  CHECK(message_of([&] { SpectralClustering({.n_clusters = 21}).fit(x); }) ==
        "SpectralClustering: n_clusters = 21, but the data have only 20 rows");
  CHECK(message_of([&] {
          SpectralClustering({.affinity = Affinity::nearest_neighbors, .n_neighbors = 21}).fit(x);
        }) == "SpectralClustering: n_neighbors = 21, but the data have only 20 rows");
  const Matrix many = Vector::LinSpaced(60000, 0, 1);
  CHECK(message_and_hint_of([&] { SpectralClustering().fit(many); }) ==
        "SpectralClustering: affinity=rbf of 60000 rows would take 27 GiB, which grow with the "
        "square of the rows; the limit is 4 GiB\nhint: use affinity=nearest_neighbors");
  CHECK(message_of([&] {
          SpectralClustering({.n_clusters = 2}).fit(Matrix(Matrix::Ones(9, 2)));
        }) == "SpectralClustering: n_clusters = 2, but the data have only 1 distinct point");
  CHECK_THROWS_AS(SpectralClustering({.gamma = 0}).fit(x), InvalidParameter);
  CHECK_THROWS_AS(SpectralClustering({.n_neighbors = 1}).fit(x), InvalidParameter);
  CHECK_THROWS_AS(SpectralClustering().fit(Matrix(x * 1e200)), InvalidData);
  CHECK_THROWS_AS(SpectralClustering().labels(), NotFitted);
  CHECK_THROWS_AS(SpectralClustering().fit(Dataset(x).with_weights(Vector::Ones(20))), Unsupported);
}
