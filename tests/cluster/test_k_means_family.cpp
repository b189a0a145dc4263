#include <algorithm>
#include <cmath>
#include <set>

#include "grove/cluster/bisecting_k_means.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/cluster/mini_batch_k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix clouds(Index n, Index d, Index n_clouds, double apart, std::uint64_t seed) {
  Rng rng(seed);
  Matrix centers(n_clouds, d);
  for (Index i = 0; i < centers.size(); ++i) centers.data()[i] = apart * rng.normal();
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < d; ++j) x(i, j) = centers(i % n_clouds, j) + rng.normal();
  return x;
}

/// The row of `centers` that is nearest to each row of `wanted`.
std::vector<int> places(const Matrix& wanted, const Matrix& centers) {
  std::vector<int> found;
  for (Index c = 0; c < wanted.rows(); ++c) {
    Index place = 0;
    (centers.rowwise() - wanted.row(c)).rowwise().squaredNorm().minCoeff(&place);
    found.push_back(static_cast<int>(place));
  }
  return found;
}

double inertia_of(const Matrix& x, const Labels& labels, const Matrix& centers) {
  double sum = 0;
  for (Index i = 0; i < x.rows(); ++i) sum += (x.row(i) - centers.row(labels(i))).squaredNorm();
  return sum;
}

bool all_used(const Labels& labels, int k) {
  return std::set<int>(labels.data(), labels.data() + labels.size()).size() ==
         static_cast<std::size_t>(k);
}

}  // namespace

TEST_CASE("MiniBatchKMeans and BisectingKMeans keep the contract") {
  CHECK(contract_of(MiniBatchKMeans({.n_clusters = 3})) == "");
  CHECK(contract_of(MiniBatchKMeans(
            {.n_clusters = 4, .init = KMeansInit::random, .batch_size = 16})) == "");
  CHECK(contract_of(BisectingKMeans({.n_clusters = 4})) == "");
  CHECK(contract_of(BisectingKMeans(
            {.n_clusters = 3, .bisecting_strategy = BisectingStrategy::largest_cluster})) == "");
}

TEST_CASE("Steps of MiniBatchKMeans equal scikit-learn's") {
  const auto reference = grove::testing::reference("k_means_family");
  REQUIRE(reference["steps"].size() == 3);
  for (const auto& item : reference["steps"]) {
    MiniBatchKMeans model({.n_clusters = item["k"], .reassignment_ratio = 0});
    for (std::size_t step = 0; step < item["batches"].size(); ++step) {
      const auto& found = item["found"][step];
      const Matrix x = to_matrix(item["batches"][step]);
      model.partial_fit(Dataset(x).with_weights(to_vector(item["weights"][step])));
      const Matrix centers = to_matrix(found["centers"]);
      const std::vector<int> place = places(centers, model.cluster_centers());
      const Labels labels = to_labels(found["labels"]);
      const Vector counts = to_vector(found["counts"]);
      for (Index c = 0; c < centers.rows(); ++c) {
        const int own = place[static_cast<std::size_t>(c)];
        CHECK(close(Matrix(model.cluster_centers().row(own)), Matrix(centers.row(c)), 1e-10));
        CHECK(model.counts()(own) == counts(c));
      }
      for (Index i = 0; i < labels.size(); ++i)
        CHECK(model.labels()(i) == place[static_cast<std::size_t>(labels(i))]);
      CHECK(close(model.inertia(), to_double(found["inertia"]), 1e-10));
      CHECK(model.report().iterations == static_cast<Index>(step) + 1);
    }
  }
}

TEST_CASE("MiniBatchKMeans comes near KMeans") {
  const Matrix x = clouds(12000, 5, 12, 5, 1);
  MiniBatchKMeans fast({.n_clusters = 12, .seed = 1});
  fast.fit(x);
  KMeans slow({.n_clusters = 12, .n_init = 3});
  slow.fit(x);
  CHECK(fast.inertia() < 1.05 * slow.inertia());
  CHECK(close(fast.inertia(), inertia_of(x, fast.labels(), fast.cluster_centers()), 1e-10));
  CHECK(close(fast.score(x), -fast.inertia(), 1e-10));
  CHECK(fast.predict(x) == fast.labels());
  CHECK(fast.report().converged);
  CHECK(static_cast<Index>(fast.report().loss_curve.size()) == fast.report().iterations);
  CHECK(fast.report().work.at("distance_evaluations") <
        slow.report().work.at("distance_evaluations"));
  const Matrix distances = fast.transform(x.topRows(20));
  for (Index i = 0; i < 20; ++i) {
    Index nearest = 0;
    distances.row(i).minCoeff(&nearest);
    CHECK(nearest == fast.labels()(i));
  }
}

TEST_CASE("MiniBatchKMeans gives the same bytes for any number of threads") {
  const Matrix x = clouds(6000, 4, 9, 3, 2);
  const auto fit = [&](int threads, std::uint64_t seed) {
    MiniBatchKMeans model({.n_clusters = 9, .batch_size = 2000, .seed = seed});
    model.fit(x, {.threads = threads});
    return model;
  };
  const MiniBatchKMeans one = fit(1, 7);
  for (const int threads : {2, 3, 7}) {
    const MiniBatchKMeans many = fit(threads, 7);
    CHECK(many.cluster_centers() == one.cluster_centers());
    CHECK(many.labels() == one.labels());
    CHECK(many.report().loss_curve == one.report().loss_curve);
    CHECK(many.report().work == one.report().work);
  }
  CHECK(fit(1, 8).cluster_centers() != one.cluster_centers());
}

TEST_CASE("Every label of MiniBatchKMeans is used, and its limits count") {
  Matrix x = clouds(500, 2, 2, 20, 3);
  for (const double ratio : {0.0, 0.01, 0.5}) {
    MiniBatchKMeans model({.n_clusters = 30,
                           .init = KMeansInit::random,
                           .batch_size = 20,
                           .reassignment_ratio = ratio});
    CHECK(all_used(model.fit(x).labels(), 30));
  }
  MiniBatchKMeans one_epoch(
      {.n_clusters = 4, .max_iter = 1, .batch_size = 50, .max_no_improvement = std::nullopt});
  one_epoch.fit(x);
  CHECK(one_epoch.report().iterations == 10);
  CHECK(!one_epoch.report().converged);
  CHECK(
      one_epoch.report().warnings ==
      std::vector<std::string>{"MiniBatchKMeans did not converge in 1 iterations; raise max_iter"});
  MiniBatchKMeans patient({.n_clusters = 4, .batch_size = 50, .max_no_improvement = 1});
  MiniBatchKMeans more_patient({.n_clusters = 4, .batch_size = 50, .max_no_improvement = 30});
  CHECK(patient.fit(x).report().iterations < more_patient.fit(x).report().iterations);
  MiniBatchKMeans loose({.n_clusters = 4, .batch_size = 50, .tol = 1e3});
  CHECK(loose.fit(x).report().iterations == 2);
}

TEST_CASE("MiniBatchKMeans refuses what it cannot do") {
  Matrix x(4, 2);
  x << 1, 2, 1, 2, 3, 4, 3, 4;
  CHECK(message_of([&] { MiniBatchKMeans({.n_clusters = 3}).fit(x); }) ==
        "MiniBatchKMeans: n_clusters = 3, but the data have only 2 distinct points");
  CHECK(message_of([&] { MiniBatchKMeans({.n_clusters = 3}).partial_fit(x); }) ==
        "MiniBatchKMeans: n_clusters = 3, but the data have only 2 distinct points");
  CHECK(message_of([&] { MiniBatchKMeans({.n_clusters = 2}).fit(Matrix(x * 1e200)); }) ==
        "MiniBatchKMeans: column 'c0' holds 1e+200 in row 0; values beyond 1e140 are too large to "
        "compute with");
  CHECK_THROWS_AS(MiniBatchKMeans({.batch_size = 0}).fit(x), InvalidParameter);
  MiniBatchKMeans model({.n_clusters = 2});
  CHECK(message_of([&] { (void)model.counts(); }) == "MiniBatchKMeans is not fitted");
  model.partial_fit(x);
  CHECK_THROWS_AS(model.partial_fit(Matrix(Matrix::Ones(3, 5))), InvalidData);
  CHECK(model.report().iterations == 1);
  MiniBatchKMeans single({.n_clusters = 1});
  CHECK(single.fit(Matrix(Matrix::Constant(1, 2, 5.0))).inertia() == 0);
}

TEST_CASE("BisectingKMeans equals scikit-learn on nested blobs") {
  const auto reference = grove::testing::reference("k_means_family");
  REQUIRE(reference["cuts"].size() == 9);
  for (const auto& item : reference["cuts"])
    for (const KMeansInit init : {KMeansInit::k_means_plus_plus, KMeansInit::random}) {
      const Matrix x = to_matrix(item["x"]);
      Dataset data(x);
      if (!item["weights"].is_null()) data = data.with_weights(to_vector(item["weights"]));
      const bool by_inertia = item["strategy"] == "biggest_inertia";
      BisectingKMeans model({.n_clusters = item["k"],
                             .init = init,
                             .n_init = 5,
                             .bisecting_strategy = by_inertia
                                                       ? BisectingStrategy::biggest_inertia
                                                       : BisectingStrategy::largest_cluster});
      model.fit(data);
      const Matrix centers = to_matrix(item["centers"]);
      const std::vector<int> place = places(centers, model.cluster_centers());
      const Labels labels = to_labels(item["labels"]);
      for (Index c = 0; c < centers.rows(); ++c)
        CHECK(close(Matrix(model.cluster_centers().row(place[static_cast<std::size_t>(c)])),
                    Matrix(centers.row(c)), 1e-10));
      for (Index i = 0; i < labels.size(); ++i)
        CHECK(model.labels()(i) == place[static_cast<std::size_t>(labels(i))]);
      CHECK(close(model.inertia(), to_double(item["inertia"]), 1e-10));
    }
}

TEST_CASE("BisectingKMeans: cuts lower the inertia, and predict follows them") {
  for (const auto strategy :
       {BisectingStrategy::biggest_inertia, BisectingStrategy::largest_cluster}) {
    const Matrix x = clouds(1500, 3, 11, 3, 4);
    const auto fit = [&](int threads) {
      BisectingKMeans model(
          {.n_clusters = 11, .n_init = 2, .bisecting_strategy = strategy, .seed = 3});
      model.fit(x, {.threads = threads});
      return model;
    };
    const BisectingKMeans model = fit(1);
    CHECK(all_used(model.labels(), 11));
    CHECK(model.predict(x) == model.labels());
    CHECK(close(model.inertia(), inertia_of(x, model.labels(), model.cluster_centers()), 1e-10));
    const std::vector<double>& curve = model.report().loss_curve;
    CHECK(curve.size() == 10);
    CHECK(std::is_sorted(curve.rbegin(), curve.rend()));
    CHECK(curve.back() == model.inertia());
    for (Index c = 0; c < 11; ++c) {  // a centre is the mean of its points
      Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(3);
      Index n = 0;
      for (Index i = 0; i < x.rows(); ++i)
        if (model.labels()(i) == c) {
          sum += x.row(i);
          ++n;
        }
      CHECK((sum / static_cast<double>(n) - model.cluster_centers().row(c)).norm() < 0.05);
    }
    for (const int threads : {2, 3, 7}) {
      const BisectingKMeans many = fit(threads);
      CHECK(many.labels() == model.labels());
      CHECK(many.cluster_centers() == model.cluster_centers());
      CHECK(many.inertia() == model.inertia());
      CHECK(many.report().work == model.report().work);
    }
  }
}

TEST_CASE("BisectingKMeans: the first cut is 2-means, copies are never cut, bad input") {
  const Matrix x = clouds(300, 2, 2, 9, 5);
  BisectingKMeans two({.n_clusters = 2, .init = KMeansInit::k_means_plus_plus});
  KMeans plain({.n_clusters = 2});
  CHECK(close(two.fit(x).inertia(), plain.fit(x).inertia(), 1e-9));
  BisectingKMeans one({.n_clusters = 1});
  CHECK(close(Matrix(one.fit(x).cluster_centers()), Matrix(x.colwise().mean()), 1e-12));
  CHECK(one.predict(x) == Labels::Zero(300));
  Matrix copies(40, 2);
  for (Index i = 0; i < 40; ++i) copies.row(i) << (i < 30 ? 0.1 : static_cast<double>(i / 4)), 0.3;
  for (const auto strategy :
       {BisectingStrategy::biggest_inertia, BisectingStrategy::largest_cluster}) {
    BisectingKMeans all({.n_clusters = 4, .bisecting_strategy = strategy});
    CHECK(all.fit(copies).inertia() == 0);
    BisectingKMeans more({.n_clusters = 5, .bisecting_strategy = strategy});
    CHECK(message_of([&] { more.fit(copies); }) ==
          "BisectingKMeans: n_clusters = 5, but the data have only 4 distinct points");
  }
  CHECK(message_of([&] {
          BisectingKMeans({.n_clusters = 2}).fit(Matrix(x * 1e200));
        }).find("values beyond 1e140") != std::string::npos);
  CHECK_THROWS_AS(BisectingKMeans({.max_iter = 0}).fit(x), InvalidParameter);
  Vector weights = Vector::Ones(300);
  weights.tail(20).setZero();
  BisectingKMeans some({.n_clusters = 3, .seed = 1});
  some.fit(Dataset(x).with_weights(weights));
  CHECK(some.predict(x) == some.labels());
}
