#include <cmath>

#include "grove/cluster/mean_shift.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/registry/archive.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix clouds(Index n, Index d, Index n_clouds, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < d; ++j)
      x(i, j) = 8 * static_cast<double>((i % n_clouds) * (j + 1) % n_clouds) + rng.normal();
  return x;
}

double distance(const Matrix& a, Index i, const Matrix& b, Index k) {
  return (a.row(i) - b.row(k)).norm();
}

/// One step by the definition; the row itself if nothing is within.
Eigen::RowVectorXd mean_within(const Matrix& x, const Eigen::RowVectorXd& at, double bandwidth) {
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(x.cols());
  Index n = 0;
  for (Index i = 0; i < x.rows(); ++i) {
    if ((x.row(i) - at).norm() > bandwidth) continue;
    sum += x.row(i);
    ++n;
  }
  return sum / static_cast<double>(n);
}

}  // namespace

TEST_CASE("MeanShift keeps the contract", "[mean_shift]") {
  CHECK(contract_of(MeanShift()) == "");
  CHECK(contract_of(MeanShift({.bandwidth = 3, .bin_seeding = true})) == "");
  CHECK(contract_of(MeanShift({.bandwidth = 1.5, .cluster_all = false})) == "");
}

TEST_CASE("MeanShift equals scikit-learn", "[mean_shift]") {
  const auto reference = grove::testing::reference("mean_shift");
  REQUIRE(reference["cases"].size() == 16);
  for (const auto& item : reference["cases"]) {
    const Matrix x = to_matrix(item["x"]);
    MeanShiftParams params{.bin_seeding = item["bin_seeding"],
                           .cluster_all = item["cluster_all"],
                           .max_iter = item["max_iter"]};
    if (!item["bandwidth"].is_null()) params.bandwidth = item["bandwidth"].get<double>();
    MeanShift model(params);
    model.fit(x);
    CHECK(model.labels() == to_labels(item["labels"]));
    CHECK(close(model.cluster_centers(), to_matrix(item["centers"]), 1e-9));
    CHECK(model.report().iterations == item["n_iter"].get<Index>());
    CHECK(model.report().converged == (params.max_iter == 300));
    for (const auto& [quantile, expected] : item["bandwidths"].items())
      CHECK(close(estimate_bandwidth(x, {.quantile = std::stod(quantile)}), expected.get<double>(),
                  1e-10));
    if (!params.bandwidth)
      CHECK(close(model.bandwidth(), item["bandwidths"]["0.3"].get<double>(), 1e-10));
  }
}

TEST_CASE("Centres are at rest, apart, and nearest to their rows", "[mean_shift]") {
  for (const Index d : {1, 2, 5}) {
    const Matrix x = clouds(1200, d, 6, static_cast<std::uint64_t>(d));
    const double bandwidth = 2 + static_cast<double>(d);
    MeanShift model({.bandwidth = bandwidth});
    model.fit(x);
    const Matrix& centers = model.cluster_centers();
    CHECK(centers.rows() > 1);
    CHECK(model.report().converged);
    for (Index c = 0; c < centers.rows(); ++c) {
      CHECK((mean_within(x, centers.row(c), bandwidth) - centers.row(c)).norm() < 2e-3 * bandwidth);
      for (Index other = 0; other < c; ++other)
        CHECK(distance(centers, c, centers, other) > bandwidth);
    }
    for (Index i = 0; i < x.rows(); ++i)
      for (Index c = 0; c < centers.rows(); ++c)
        CHECK(distance(x, i, centers, model.labels()(i)) <=
              distance(x, i, centers, c) * (1 + 1e-12));
    CHECK(model.predict(x) == model.labels());
  }
}

TEST_CASE("Seeds of yours; seeds in the void", "[mean_shift]") {
  const Matrix x = clouds(300, 2, 3, 4);
  Matrix seeds(3, 2);
  seeds << 0, 0, 1, 1, 500, 500;
  MeanShift model({.bandwidth = 4});
  model.fit_from(x, seeds);
  CHECK(model.cluster_centers().rows() == 1);
  CHECK(model.labels().isZero());
  const Matrix void_seed = seeds.bottomRows(1);
  CHECK(message_of([&] { model.fit_from(x, void_seed); }) ==
        "MeanShift: no row is within bandwidth = 4 of any seed");
  CHECK(message_of([&] { model.fit_from(x, Matrix::Zero(2, 3)); }) ==
        "MeanShift: the seeds must be at least one row of 2 columns, got 2 x 3");
  Matrix infinite = seeds;
  infinite(0, 0) = INFINITY;
  CHECK(message_of([&] { model.fit_from(x, infinite); }) == "MeanShift: a seed is not finite");
  CHECK(model.cluster_centers().rows() == 1);
}

TEST_CASE("Threads change neither bytes nor work of MeanShift", "[mean_shift]") {
  const Matrix x = clouds(3000, 3, 7, 5);
  std::string bytes;
  WorkCounts work;
  double bandwidth = 0;
  for (const int threads : {1, 2, 3, 7}) {
    MeanShift model({.bandwidth = 4});
    model.fit(x, {.threads = threads});
    const double estimate =
        estimate_bandwidth(x, {.n_samples = 900, .seed = 3}, {.threads = threads});
    if (threads == 1) {
      bytes = to_bytes(model);
      work = model.report().work;
      bandwidth = estimate;
      CHECK(model.cluster_centers().rows() > 2);
    }
    CHECK(to_bytes(model) == bytes);
    CHECK(model.report().work == work);
    CHECK(estimate == bandwidth);
  }
}

TEST_CASE("Noise beyond the bandwidth, unless all rows are labelled", "[mean_shift]") {
  Matrix x = clouds(200, 2, 2, 6);
  x.row(7) << 300, 300;
  Matrix seeds(2, 2);
  seeds << 0, 0, 8, 8;
  MeanShift strict({.bandwidth = 5, .cluster_all = false});
  strict.fit_from(x, seeds);
  CHECK(strict.labels()(7) == -1);
  Matrix queries(2, 2);
  queries << -200, 0, 0.1, 0.1;
  CHECK(strict.predict(queries)(0) == -1);
  CHECK(strict.predict(queries)(1) >= 0);
  MeanShift all({.bandwidth = 5});
  all.fit_from(x, seeds);
  CHECK(all.labels()(7) >= 0);
  CHECK(all.predict(queries).minCoeff() >= 0);
}

TEST_CASE("MeanShift refuses what it cannot take", "[mean_shift]") {
  const auto refusal = [&](const MeanShiftParams& params, const Matrix& x) {
    return message_of([&] { MeanShift(params).fit(x); });
  };
  const Matrix x = clouds(50, 2, 2, 1);
  CHECK(refusal({.bandwidth = 0}, x).find("MeanShift: parameter 'bandwidth' must be") == 0);
  CHECK(refusal({.max_iter = 0}, x).find("MeanShift: parameter 'max_iter' must be") == 0);
  CHECK(refusal({}, Matrix::Ones(9, 2)) ==
        "MeanShift: the estimated bandwidth of 9 rows is 0; too many of them are equal");
  MeanShift equal({.bandwidth = 1});
  CHECK(equal.fit(Matrix::Ones(9, 2)).labels().isZero());
  CHECK(refusal({.bandwidth = 0.01, .bin_seeding = true, .min_bin_freq = 40}, x) ==
        "MeanShift: no lattice corner is the nearest of min_bin_freq = 40 rows");
  CHECK(refusal({}, 1e300 * x).find("overflow") != std::string::npos);
  CHECK(message_of([&] { estimate_bandwidth(x, {.quantile = 1.5}); }) ==
        "estimate_bandwidth: quantile must be in [0, 1], got 1.5");
  CHECK(message_of([&] { estimate_bandwidth(x, {.n_samples = 0}); }) ==
        "estimate_bandwidth: n_samples must be >= 1, got 0");
  CHECK(message_of([&] { estimate_bandwidth(Matrix(0, 2)); }) ==
        "estimate_bandwidth: needs rows and columns, got 0 x 2");
  CHECK_THROWS_AS(MeanShift().labels(), NotFitted);
}
