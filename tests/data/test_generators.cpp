#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "grove/core/error.hpp"
#include "grove/data/generators.hpp"

// After grove, which pins how Eigen allocates.
#include <Eigen/QR>

using namespace grove;

namespace {

double error_of(const Dataset& data, Labels (*rule)(const MatrixView&)) {
  return (rule(data.x()).array() != data.labels().array()).cast<double>().mean();
}

/// Four standard errors of a share measured on n rows.
double within(double share, Index n) {
  return 4 * std::sqrt(share * (1 - share) / static_cast<double>(n));
}

template <class Make>
void check_prefix(Make&& make) {
  const Dataset small = make(50, 3);
  const Dataset large = make(3000, 3);
  CHECK(large.x().topRows(50) == small.x());
  if (small.has_labels()) {
    CHECK(large.labels().head(50) == small.labels());
  } else {
    CHECK(large.target().head(50) == small.target());
  }
  CHECK(make(50, 3).fingerprint() == small.fingerprint());
  CHECK(make(50, 4).fingerprint() != small.fingerprint());
}

}  // namespace

TEST_CASE("the first rows of a seed are the same however many are asked for") {
  check_prefix(
      [](Index n, std::uint64_t seed) { return make_blobs({.n_samples = n, .seed = seed}); });
  check_prefix([](Index n, std::uint64_t seed) {
    return make_moons({.n_samples = n, .noise = 0.1, .seed = seed});
  });
  check_prefix([](Index n, std::uint64_t seed) {
    return make_circles({.n_samples = n, .noise = 0.1, .seed = seed});
  });
  check_prefix([](Index n, std::uint64_t seed) {
    return make_classification({.n_samples = n, .n_repeated = 2, .flip_y = 0.2, .seed = seed});
  });
  check_prefix([](Index n, std::uint64_t seed) {
    return make_regression({.n_samples = n, .noise = 1, .seed = seed});
  });
  for (const auto make : {make_friedman1, make_friedman2, make_friedman3})
    check_prefix([make](Index n, std::uint64_t seed) {
      return make({.n_samples = n, .noise = 1, .seed = seed});
    });
  for (const auto make : {make_twonorm, make_threenorm, make_ringnorm, make_waveform})
    check_prefix(
        [make](Index n, std::uint64_t seed) { return make({.n_samples = n, .seed = seed}); });
}

TEST_CASE("Bayes' rule has Bayes' error") {
  constexpr Index n = 200000;
  const BayesOptions options{.n_samples = n, .seed = 5};
  const auto check = [&](const Dataset& data, Labels (*rule)(const MatrixView&), double error) {
    INFO(data.name());
    CHECK(std::abs(error_of(data, rule) - error) < within(error, n));
  };
  check(make_twonorm(options), twonorm_bayes_rule, twonorm_bayes_error);
  check(make_threenorm(options), threenorm_bayes_rule, threenorm_bayes_error);
  check(make_ringnorm(options), ringnorm_bayes_rule, ringnorm_bayes_error);
  check(make_waveform(options), waveform_bayes_rule, waveform_bayes_error);
}

TEST_CASE("the norm problems have their means and widths") {
  constexpr Index n = 40000;
  const auto mean_of = [](const Dataset& data, int k) {
    Vector sum = Vector::Zero(data.n_columns());
    for (Index i = 0; i < data.n_rows(); ++i)
      if (data.labels()(i) == k) sum += data.x().row(i).transpose();
    return Vector(sum / (static_cast<double>(data.n_rows()) / 2));
  };
  const double shift = 2 / std::sqrt(20.0);
  const Dataset two = make_twonorm({.n_samples = n});
  CHECK(two.n_columns() == 20);
  CHECK((mean_of(two, 0).array() - shift).abs().maxCoeff() < 0.04);
  CHECK((mean_of(two, 1).array() + shift).abs().maxCoeff() < 0.04);
  const Dataset three = make_threenorm({.n_samples = n});
  CHECK(mean_of(three, 0).cwiseAbs().maxCoeff() < 0.04);
  CHECK(mean_of(three, 1)(0) == Approx(shift).margin(0.04));
  CHECK(mean_of(three, 1)(1) == Approx(-shift).margin(0.04));
  const Dataset ring = make_ringnorm({.n_samples = n});
  double wide = 0;
  for (Index i = 0; i < n; i += 2) wide += ring.x().row(i).squaredNorm();
  CHECK(wide / (n / 2.0) == Approx(80).epsilon(0.02));
}

TEST_CASE("blobs stand round their centres") {
  const BlobsOptions options{
      .n_samples = 6000, .n_features = 3, .n_centers = 4, .cluster_std = 0.5};
  const Dataset data = make_blobs(options);
  const Matrix centers = blob_centers(options);
  Matrix sums = Matrix::Zero(4, 3);
  double spread = 0;
  for (Index i = 0; i < data.n_rows(); ++i) {
    sums.row(data.labels()(i)) += data.x().row(i);
    spread += (data.x().row(i) - centers.row(data.labels()(i))).squaredNorm();
  }
  CHECK((sums / 1500 - centers).cwiseAbs().maxCoeff() < 0.06);
  CHECK(spread / (6000 * 3) == Approx(0.25).epsilon(0.05));
  CHECK(centers.cwiseAbs().maxCoeff() <= 10);
}

TEST_CASE("moons and circles lie on their curves") {
  const Dataset moons = make_moons({.n_samples = 500});
  for (Index i = 0; i < 500; ++i) {
    const double x = moons.labels()(i) == 0 ? moons.x()(i, 0) : 1 - moons.x()(i, 0);
    const double y = moons.labels()(i) == 0 ? moons.x()(i, 1) : 0.5 - moons.x()(i, 1);
    CHECK(std::hypot(x, y) == Approx(1));
    CHECK(y >= 0);
  }
  const Dataset circles = make_circles({.n_samples = 500, .factor = 0.3});
  for (Index i = 0; i < 500; ++i)
    CHECK(circles.x().row(i).norm() == Approx(circles.labels()(i) == 0 ? 1 : 0.3));
}

TEST_CASE("a classification problem says which columns matter") {
  const Dataset data = make_classification({.n_samples = 400,
                                            .n_features = 9,
                                            .n_informative = 3,
                                            .n_redundant = 2,
                                            .n_repeated = 2,
                                            .n_classes = 3,
                                            .flip_y = 0,
                                            .seed = 2});
  CHECK(data.columns()[0].name == "informative0");
  CHECK(data.columns()[3].name == "redundant0");
  CHECK(data.columns()[8].name == "noise1");
  CHECK(data.n_classes() == 3);
  // Redundant columns are linear in the informative ones; repeated ones are copies.
  const Matrix x = data.x();
  const Matrix weights = x.leftCols(3).colPivHouseholderQr().solve(x.middleCols(3, 2));
  CHECK((x.leftCols(3) * weights - x.middleCols(3, 2)).cwiseAbs().maxCoeff() < 1e-9);
  for (Index j = 5; j < 7; ++j) {
    bool copied = false;
    for (Index k = 0; k < 5; ++k) copied = copied || x.col(j) == x.col(k);
    CHECK(copied);
  }
  for (Index i = 0; i < 400; ++i) CHECK(data.labels()(i) == static_cast<int>(i % 3));
  const Dataset flipped = make_classification({.n_samples = 20000, .flip_y = 0.3});
  Index changed = 0;
  for (Index i = 0; i < 20000; ++i) changed += flipped.labels()(i) != static_cast<int>(i % 2);
  CHECK(std::abs(static_cast<double>(changed) / 20000 - 0.15) < within(0.15, 20000));
}

TEST_CASE("regression targets are what they are said to be") {
  const RegressionOptions options{
      .n_samples = 200, .n_features = 8, .n_informative = 3, .bias = 2, .seed = 9};
  const Dataset data = make_regression(options);
  const Vector coefficients = regression_coefficients(options);
  CHECK((coefficients.head(3).array() > 0).all());
  CHECK((coefficients.tail(5).array() == 0).all());
  CHECK(((data.x() * coefficients).array() + 2 - data.target().array()).abs().maxCoeff() < 1e-11);
  CHECK(data.columns()[3].name == "noise0");
  const auto check = [](Dataset (*make)(const FriedmanOptions&),
                        Vector (*truth)(const MatrixView&)) {
    const Dataset exact = make({.n_samples = 300});
    CHECK(exact.target() == truth(exact.x()));
    const Dataset noisy = make({.n_samples = 20000, .noise = 2});
    const Vector noise = noisy.target() - truth(noisy.x());
    CHECK(std::abs(noise.mean()) < 0.06);
    CHECK(std::sqrt(noise.squaredNorm() / 20000) == Approx(2).epsilon(0.03));
  };
  check(make_friedman1, friedman1_truth);
  check(make_friedman2, friedman2_truth);
  check(make_friedman3, friedman3_truth);
  Matrix x(1, 4);
  x << 100, 40 * M_PI, 0.5, 2;
  const double reactance = 20 * M_PI - 1 / (80 * M_PI);
  CHECK(friedman2_truth(x)(0) == Approx(std::hypot(100, reactance)));
  CHECK(friedman3_truth(x)(0) == Approx(std::atan(reactance / 100)));
  Matrix ten = Matrix::Constant(1, 10, 0.5);
  CHECK(friedman1_truth(ten)(0) == Approx(10 * std::sin(M_PI / 4) + 7.5));
}

TEST_CASE("generators refuse what makes no sense") {
  CHECK_THROWS_WITH(make_blobs({.n_samples = 0}),
                    "make_blobs: n_samples must be at least 1, got 0");
  CHECK_THROWS_WITH(make_blobs({.cluster_std = -1}),
                    "make_blobs: cluster_std must be a number >= 0, got -1");
  CHECK_THROWS_WITH(make_circles({.factor = 1}), "make_circles: factor must be in [0, 1), got 1");
  CHECK_THROWS_WITH(make_moons({.noise = NAN}), "make_moons: noise must be a number >= 0, got nan");
  CHECK_THROWS_WITH(
      make_classification({.n_features = 3}),
      "make_classification: n_features must be at least n_informative + n_redundant + "
      "n_repeated = 4, got 3");
  CHECK_THROWS_WITH(
      make_classification({.n_classes = 3}),
      "make_classification: 6 clusters (n_classes * n_clusters_per_class) need as many "
      "corners, but 2 informative columns make only 4");
  CHECK_THROWS_WITH(make_regression({.n_features = 5}),
                    "make_regression: n_informative must be in 0..n_features = 5, got 10");
  CHECK_THROWS_WITH(make_friedman1({.n_samples = -1}),
                    "make_friedman1: n_samples must be at least 1, got -1");
  CHECK_THROWS_AS(twonorm_bayes_rule(Matrix::Zero(2, 3)), InvalidData);
  CHECK_THROWS_AS(friedman2_truth(Matrix::Zero(2, 3)), InvalidData);
}
