#include <algorithm>
#include <cmath>
#include <set>

#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix blobs(Index n, Index d, Index n_blobs, double spread, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < d; ++j)
      x(i, j) = 10 * static_cast<double>((i % n_blobs) * (j + 1) % n_blobs) + spread * rng.normal();
  return x;
}

/// Rows on a small grid: many ties and duplicates.
Matrix grid(Index n, Index d, Index values, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(rng.below(values));
  return x;
}

double squared(const Matrix& a, Index i, const Matrix& b, Index c) {
  double sum = 0;
  for (Index j = 0; j < a.cols(); ++j) sum += (a(i, j) - b(c, j)) * (a(i, j) - b(c, j));
  return sum;
}

/// The nearest centre by two plain loops.
Labels oracle(const Matrix& x, const Matrix& centers) {
  Labels labels(x.rows());
  for (Index i = 0; i < x.rows(); ++i) {
    labels(i) = 0;
    for (Index c = 1; c < centers.rows(); ++c)
      if (squared(x, i, centers, c) < squared(x, i, centers, labels(i)))
        labels(i) = static_cast<int>(c);
  }
  return labels;
}

}  // namespace

TEST_CASE("KMeans keeps the contract") {
  CHECK(contract_of(KMeans()) == "");
  CHECK(contract_of(KMeans({.n_clusters = 3, .init = KMeansInit::random, .n_init = 2})) == "");
}

TEST_CASE("KMeans from given centres equals scikit-learn") {
  const auto reference = grove::testing::reference("k_means");
  REQUIRE(reference["cases"].size() == 16);
  for (const auto& item : reference["cases"]) {
    const Matrix x = to_matrix(item["x"]);
    const Matrix start = to_matrix(item["start"]);
    Dataset data(x);
    if (!item["weights"].is_null()) data = data.with_weights(to_vector(item["weights"]));
    KMeans model({.n_clusters = static_cast<int>(start.rows()),
                  .max_iter = item["max_iter"],
                  .tol = item["tol"]});
    model.fit_from(data, start);
    CHECK(model.labels() == to_labels(item["labels"]));
    CHECK(close(model.cluster_centers(), to_matrix(item["centers"]), 1e-10));
    CHECK(close(model.inertia(), to_double(item["inertia"]), 1e-10));
    CHECK(model.report().iterations == item["n_iter"].get<Index>());
    CHECK(close(model.transform(x.topRows(3)), to_matrix(item["transform"]), 1e-10));
    CHECK(close(model.score(x), to_double(item["score"]), 1e-10));
  }
}

TEST_CASE("Every label is the nearest centre's, the lowest of equal ones, and is used") {
  for (const std::uint64_t seed : {1U, 2U, 3U})
    for (const auto& [n, d, k] : std::vector<std::tuple<Index, Index, int>>{
             {200, 2, 7}, {700, 3, 9}, {1500, 1, 4}, {60, 2, 16}, {9, 2, 5}})
      for (const KMeansInit init : {KMeansInit::k_means_plus_plus, KMeansInit::random}) {
        const Matrix x = grid(n, d, 5, seed);
        KMeans model({.n_clusters = k, .init = init, .n_init = 3, .seed = seed});
        model.fit(x);
        CHECK(model.labels() == oracle(x, model.cluster_centers()));
        CHECK(model.predict(x) == model.labels());
        const std::set<int> used(model.labels().data(), model.labels().data() + n);
        CHECK(static_cast<int>(used.size()) == k);
        double inertia = 0;
        for (Index i = 0; i < n; ++i)
          inertia += squared(x, i, model.cluster_centers(), model.labels()(i));
        CHECK(close(model.inertia(), inertia, 1e-10));
        CHECK(close(model.score(x), -inertia, 1e-10));
        const std::vector<double>& curve = model.report().loss_curve;
        CHECK(std::is_sorted(curve.rbegin(), curve.rend(),
                             [](double a, double b) { return a < b - 1e-9; }));
        CHECK(static_cast<Index>(curve.size()) == model.report().iterations);
      }
}

TEST_CASE("Well separated blobs are found") {
  const Matrix x = blobs(500, 3, 5, 0.5, 1);
  KMeans model({.n_clusters = 5});
  model.fit(x);
  for (Index i = 5; i < 500; ++i) CHECK(model.labels()(i) == model.labels()(i - 5));
  CHECK(model.report().converged);
  CHECK(model.report().work.at("distance_evaluations") > 0);
}

TEST_CASE("A centre that loses its points moves to the farthest one") {
  Matrix x(5, 1);
  x << 0, 1, 2, 30, 31;
  Matrix start(3, 1);
  start << 1, 30, 1000;
  KMeans model({.n_clusters = 3});
  model.fit_from(x, start);
  // Rows 0, 2 and 4 are all 1 from their centres: row 0 is taken.
  CHECK(model.labels() == (Labels(5) << 2, 0, 0, 1, 1).finished());
  const Matrix same = Matrix::Zero(3, 1);
  model.fit_from(x, same);  // every centre but the first starts without points
  const std::set<int> used(model.labels().data(), model.labels().data() + 5);
  CHECK(used.size() == 3);
}

TEST_CASE("Any number of threads gives the same bits and the same work") {
  const Matrix x = blobs(3000, 6, 9, 4.0, 2);
  const auto fit = [&](int threads) {
    KMeans model({.n_clusters = 9, .n_init = 2, .seed = 5});
    model.fit(x, {.threads = threads});
    return model;
  };
  const KMeans one = fit(1);
  for (const int threads : {2, 3}) {
    const KMeans many = fit(threads);
    CHECK(many.cluster_centers() == one.cluster_centers());
    CHECK(many.inertia() == one.inertia());
    CHECK(many.labels() == one.labels());
    CHECK(many.report().loss_curve == one.report().loss_curve);
    CHECK(many.report().work == one.report().work);
  }
}

TEST_CASE("Every point a cluster of its own; one cluster; rows of weight 0") {
  const Matrix x = blobs(12, 2, 3, 1.0, 3);
  KMeans all({.n_clusters = 12});
  CHECK(all.fit(x).inertia() == 0);
  KMeans one({.n_clusters = 1});
  one.fit(x);
  CHECK(close(Matrix(one.cluster_centers()), Matrix(x.colwise().mean()), 1e-12));
  Matrix wide(13, 2);
  wide << x, 1e6, 1e6;
  Vector weights = Vector::Ones(13);
  weights(12) = 0;
  one.fit(Dataset(wide).with_weights(weights));
  CHECK(close(Matrix(one.cluster_centers()), Matrix(x.colwise().mean()), 1e-12));
  CHECK(one.labels().size() == 13);
}

TEST_CASE("KMeans refuses what it cannot do") {
  Matrix x(4, 2);
  x << 1, 2, 1, 2, 3, 4, 3, 4;
  for (const KMeansInit init : {KMeansInit::k_means_plus_plus, KMeansInit::random})
    CHECK(message_of([&] { KMeans({.n_clusters = 3, .init = init}).fit(x); }) ==
          "KMeans: n_clusters = 3, but the data have only 2 distinct points");
  CHECK(message_of([&] { KMeans({.n_clusters = 3}).fit_from(x, Matrix(Matrix::Zero(3, 2))); }) ==
        "KMeans: n_clusters = 3, but the data have only 2 distinct points");
  CHECK(message_of([&] { KMeans({.n_clusters = 2}).fit_from(x, Matrix(Matrix::Zero(3, 2))); }) ==
        "KMeans: the centres must be n_clusters x columns = 2 x 2, got 3 x 2");
  CHECK(message_of([&] { KMeans({.n_clusters = 2}).fit(Matrix(x * 1e200)); }) ==
        "KMeans: column 'c0' holds 1e+200 in row 0; values beyond 1e140 are too large to compute "
        "with");
  KMeans model({.n_clusters = 2});
  CHECK(message_of([&] { (void)model.inertia(); }) == "KMeans is not fitted");
  model.fit(x);
  CHECK_THROWS_AS(model.predict(Matrix(x * 1e200)), InvalidData);
}

TEST_CASE("One iteration too few is reported") {
  KMeans model({.n_clusters = 6, .init = KMeansInit::random, .n_init = 1, .max_iter = 1});
  model.fit(blobs(300, 2, 6, 3.0, 4));
  CHECK(!model.report().converged);
  CHECK(model.report().warnings ==
        std::vector<std::string>{"KMeans did not converge in 1 iterations; raise max_iter"});
}
