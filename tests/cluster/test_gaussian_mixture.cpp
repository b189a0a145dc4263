#include <cmath>
#include <numbers>

#include "cluster/mixture/mixture.hpp"
#include "grove/cluster/gaussian_mixture.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/registry/archive.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

// After grove's own headers, which settle how Eigen allocates.
#include <Eigen/LU>

using namespace grove;
using namespace grove::testing;

namespace {

constexpr CovarianceType all_types[] = {CovarianceType::full, CovarianceType::tied,
                                        CovarianceType::diag, CovarianceType::spherical};

Matrix blobs(Index n, Index d, Index k, double spread, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < d; ++j)
      x(i, j) = spread * static_cast<double>((i % k) * (j + 2) % k) +
                (1 + 0.2 * static_cast<double>(i % k)) * rng.normal() + (j > 0 ? 0.3 * x(i, 0) : 0);
  return x;
}

CovarianceType type_of(const std::string& name) {
  for (const auto& entry : enum_names(CovarianceType{}))
    if (entry.name == name) return entry.value;
  throw std::runtime_error(name);
}

Vector flat(const std::vector<Matrix>& matrices) {
  std::vector<double> all;
  for (const Matrix& m : matrices) all.insert(all.end(), m.data(), m.data() + m.size());
  return Eigen::Map<const Vector>(all.data(), static_cast<Index>(all.size()));
}

Matrix covariance_of(const GaussianMixture& model, Index c) {
  const Index d = model.means().cols();
  const Matrix& first = model.covariances()[0];
  switch (model.params().covariance_type) {
    case CovarianceType::full:
      return model.covariances()[static_cast<std::size_t>(c)];
    case CovarianceType::tied:
      return first;
    case CovarianceType::diag:
      return Vector(first.row(c).transpose()).asDiagonal();
    default:
      return first(c, 0) * Matrix::Identity(d, d);
  }
}

/// The density by its formula, with inverse and determinant.
double log_density(const GaussianMixture& model, const Vector& x) {
  double density = 0;
  for (Index c = 0; c < model.means().rows(); ++c) {
    const Matrix covariance = covariance_of(model, c);
    const Vector offset = x - model.means().row(c).transpose();
    const double scale = (2 * std::numbers::pi * covariance).determinant();
    density += model.weights()(c) * std::exp(-0.5 * offset.dot(covariance.inverse() * offset)) /
               std::sqrt(scale);
  }
  return std::log(density);
}

}  // namespace

TEST_CASE("GaussianMixture keeps the contract", "[mixture]") {
  CHECK(contract_of(GaussianMixture()) == "");
  for (const CovarianceType type : all_types)
    CHECK(contract_of(GaussianMixture({.n_components = 3, .covariance_type = type})) == "");
}

TEST_CASE("GaussianMixture from given starts equals scikit-learn", "[mixture]") {
  const auto expected = grove::testing::reference("gaussian_mixture");
  REQUIRE(expected["cases"].size() == 32);
  for (const auto& item : expected["cases"]) {
    const Matrix x = to_matrix(item["x"]);
    INFO(item["kind"] << " " << x.cols() << " " << item["max_iter"]);
    GaussianMixture model({.n_components = static_cast<int>(item["weights"].size()),
                           .covariance_type = type_of(item["kind"]),
                           .tol = item["tol"],
                           .reg_covar = item["reg_covar"],
                           .max_iter = item["max_iter"],
                           .weights_init = item["weights_init"],
                           .means_init = item["means_init"],
                           .precisions_init = item["precisions_init"]});
    model.fit(x);
    CHECK(model.report().iterations == item["n_iter"].get<Index>());
    CHECK(model.converged() == item["converged"].get<bool>());
    CHECK(close(model.lower_bound(), to_double(item["lower_bound"]), 1e-10));
    CHECK(close(model.weights(), to_vector(item["weights"]), 1e-9));
    CHECK(close(model.means(), to_matrix(item["means"]), 1e-9));
    CHECK(close(flat(model.covariances()), to_vector(item["covariances"]), 1e-8));
    CHECK(model.labels() == to_labels(item["labels"]));
    const Matrix query = to_matrix(item["query"]);
    CHECK(close(model.predict_proba(query), to_matrix(item["proba"]), 1e-8));
    CHECK(close(model.score_samples(query), to_vector(item["score_samples"]), 1e-8));
    CHECK(close(model.bic(x), to_double(item["bic"]), 1e-9));
    CHECK(close(model.aic(x), to_double(item["aic"]), 1e-9));
  }
}

TEST_CASE("The density is that of the formula; shares are those of Bayes", "[mixture]") {
  const Matrix x = blobs(400, 3, 4, 5.0, 1);
  for (const CovarianceType type : all_types) {
    GaussianMixture model({.n_components = 4, .covariance_type = type, .seed = 2});
    model.fit(x);
    const Vector scores = model.score_samples(x);
    for (Index i = 0; i < 50; ++i)
      CHECK(close(scores(i), log_density(model, x.row(i).transpose()), 1e-11));
    CHECK(close(model.score(x), scores.mean(), 1e-14));
    for (std::size_t c = 0; c < model.precisions_cholesky().size(); ++c) {
      const Matrix& factor = model.precisions_cholesky()[c];
      const Matrix& covariance = model.covariances()[c];
      if (type == CovarianceType::full || type == CovarianceType::tied) {
        CHECK(
            close(Matrix(factor * factor.transpose() * covariance), Matrix::Identity(3, 3), 1e-12));
      } else {
        CHECK(close(Matrix(factor.array().square() * covariance.array()),
                    Matrix::Ones(factor.rows(), factor.cols()), 1e-13));
      }
    }
  }
}

TEST_CASE("The likelihood never falls; the best of several starts is kept", "[mixture]") {
  const Matrix x = blobs(700, 4, 5, 3.0, 3);
  for (const CovarianceType type : all_types)
    for (const MixtureInit init : {MixtureInit::kmeans, MixtureInit::random}) {
      GaussianMixtureParams params{.n_components = 5,
                                   .covariance_type = type,
                                   .tol = 1e-6,
                                   .reg_covar = 0,
                                   .max_iter = 400,
                                   .init_params = init};
      GaussianMixture model(params);
      model.fit(x);
      const std::vector<double>& curve = model.report().loss_curve;
      for (std::size_t i = 1; i < curve.size(); ++i) CHECK(curve[i] <= curve[i - 1] + 1e-12);
      CHECK(model.lower_bound() == -curve.back());
      CHECK(close(model.weights().sum(), 1.0, 1e-14));
      params.n_init = 4;
      GaussianMixture best(params);
      best.fit(x);
      CHECK(best.lower_bound() >= model.lower_bound());
    }
}

TEST_CASE("GaussianMixture: any number of threads gives the same bits and work", "[mixture]") {
  const Matrix x = blobs(3000, 5, 6, 4.0, 4);
  for (const CovarianceType type : all_types) {
    const auto fit = [&](int threads) {
      GaussianMixture model({.n_components = 6, .covariance_type = type, .max_iter = 12});
      model.fit(x, {.threads = threads});
      return model;
    };
    const GaussianMixture one = fit(1);
    const std::string bytes = to_bytes(one);
    CHECK(one.report().work.at("density_evaluations") > 0);
    for (const int threads : {2, 3, 7}) {
      const GaussianMixture many = fit(threads);
      CHECK(to_bytes(many) == bytes);
      CHECK(many.report().work == one.report().work);
    }
    const Estimator loaded = from_bytes(bytes);
    CHECK(loaded.predict_proba(MatrixView(x)) == one.predict_proba(x));
    CHECK(to_bytes(loaded) == bytes);
  }
}

TEST_CASE("The inner loops of mixtures give the same bits on every instruction set", "[mixture]") {
#if defined(__x86_64__)
  std::vector<cluster::MixtureScan> sets{cluster::baseline::mixture_scan()};
  if (__builtin_cpu_supports("avx2")) sets.push_back(cluster::avx2::mixture_scan());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    sets.push_back(cluster::avx512::mixture_scan());
  Rng rng(5);
  for (const int d : {1, 2, 3, 4, 5, 7, 8, 11, 16, 19})
    for (const auto shape : {cluster::MixtureShape::full, cluster::MixtureShape::tied,
                             cluster::MixtureShape::diagonal}) {
      const int rows = 96, k = 3;
      const auto draw = [&](Index n) {
        std::vector<double> values(static_cast<std::size_t>(n));
        for (double& value : values) value = rng.normal();
        return values;
      };
      const auto x = draw(d * rows), means = draw(k * d), origin = draw(d), constants = draw(k);
      const auto factors = draw(k * std::max<Index>(cluster::packed_triangle_size(d), d));
      auto weights = draw(rows);
      for (double& w : weights) w = std::abs(w);
      std::vector<std::string> seen;
      for (const cluster::MixtureScan& set : sets) {
        std::vector<double> room(static_cast<std::size_t>(2 * (d + 1) * rows));
        std::vector<double> out(static_cast<std::size_t>(k * rows + rows + k + k * d + k * d * d));
        double* const sums = out.data() + k * rows + rows;
        const cluster::MixtureBlock block{rows,        x.data(),   weights.data(),
                                          room.data(), out.data(), out.data() + k * rows};
        set.densities({shape, d, k, origin.data(), means.data(), factors.data(), constants.data()},
                      block);
        set.normalize(k, block);
        set.moments(shape, k, d, block, {means.data(), sums, sums + k, sums + k + k * d});
        seen.emplace_back(reinterpret_cast<const char*>(out.data()), out.size() * sizeof(double));
      }
      for (const std::string& bytes : seen) CHECK((bytes == seen.front()));
    }
#endif
}

TEST_CASE("The logarithm is exact to a rounding", "[mixture]") {
  for (const double x :
       {1.0, 0.5, 0.1, 3.0, 1e-300, 1e300, 5e-324, 0.70710678, 0.7071068, 1 + 1e-9})
    CHECK(std::abs(cluster::exact_log(x) - std::log(x)) <= 4e-16 * (1 + std::abs(std::log(x))));
}

TEST_CASE("GaussianMixture: integer weights repeat rows, the order of rows is nothing",
          "[mixture]") {
  const Dataset data(blobs(300, 3, 3, 6.0, 6));
  Vector weights(300);
  std::vector<Index> rows, reversed;
  for (Index i = 0; i < 300; ++i) {
    weights(i) = static_cast<double>(i % 4);
    for (Index copy = 0; copy < i % 4; ++copy) rows.push_back(i);
    reversed.push_back(299 - i);
  }
  for (const CovarianceType type : all_types) {
    GaussianMixtureParams params{.n_components = 3, .covariance_type = type, .max_iter = 8};
    params.weights_init = {0.2, 0.3, 0.5};
    for (const Index i : {0, 1, 2})
      for (Index j = 0; j < 3; ++j) params.means_init.push_back(data.x()(i, j));
    const Index count = type == CovarianceType::tied ? 1 : 3;
    for (Index c = 0; c < count; ++c) {
      if (type == CovarianceType::spherical) params.precisions_init.push_back(0.5);
      if (type == CovarianceType::diag)
        params.precisions_init.insert(params.precisions_init.end(), 3, 0.5);
      if (type == CovarianceType::full || type == CovarianceType::tied)
        params.precisions_init.insert(params.precisions_init.end(),
                                      {0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5});
    }
    GaussianMixture weighted(params), plain(params), first(params), turned(params);
    weighted.fit(data.with_weights(weights));
    plain.fit(data.take(rows));
    CHECK(close(weighted.means(), plain.means(), 1e-11));
    CHECK(close(flat(weighted.covariances()), flat(plain.covariances()), 1e-11));
    CHECK(close(weighted.lower_bound(), plain.lower_bound(), 1e-12));
    first.fit(data);
    turned.fit(data.take(reversed));
    CHECK(close(first.means(), turned.means(), 1e-10));
    CHECK(first.labels() == turned.labels().reverse());
  }
}

TEST_CASE("A far origin costs no digits", "[mixture]") {
  const Matrix x = blobs(500, 3, 3, 6.0, 7);
  for (const CovarianceType type : all_types) {
    GaussianMixture near({.n_components = 3, .covariance_type = type, .max_iter = 20});
    GaussianMixture far = near;
    near.fit(x);
    far.fit(Matrix((x.array() * 1024).round() / 1024 + 1048576));
    CHECK(close(flat(near.covariances()), flat(far.covariances()), 1e-2));
    CHECK(far.labels() == near.labels());
  }
}

TEST_CASE("Samples follow the mixture", "[mixture]") {
  for (const CovarianceType type : all_types) {
    GaussianMixture model({.n_components = 2, .covariance_type = type});
    model.fit(blobs(600, 2, 2, 8.0, 8));
    const auto [x, components] = model.sample(20000, 3);
    REQUIRE(x.rows() == 20000);
    GaussianMixtureParams params = model.params();
    params.seed = 1;
    GaussianMixture again(params);
    again.fit(x);
    const bool same = (again.means().row(0) - model.means().row(0)).norm() <
                      (again.means().row(1) - model.means().row(0)).norm();
    for (Index c = 0; c < 2; ++c) {
      const Index other = same ? c : 1 - c;
      CHECK((again.means().row(other) - model.means().row(c)).norm() < 0.1);
      CHECK(std::abs(again.weights()(other) - model.weights()(c)) < 0.02);
      CHECK((covariance_of(again, other) - covariance_of(model, c)).norm() <
            0.1 * covariance_of(model, c).norm());
    }
    CHECK((model.predict(x).array() == components.array()).cast<double>().mean() > 0.9);
    CHECK(model.sample(5, 3).x == x.topRows(5));
    CHECK(model.sample(0).x.rows() == 0);
  }
}

TEST_CASE("Rows far from everything get finite answers", "[mixture]") {
  GaussianMixture model({.n_components = 3});
  model.fit(blobs(200, 2, 3, 5.0, 9));
  Matrix far(3, 2);
  far << 1e308, -1e308, 1e200, 0, 1e20, 1e20;
  const Matrix proba = model.predict_proba(far);
  CHECK(proba.allFinite());
  CHECK(close(Matrix(proba.rowwise().sum()), Matrix::Ones(3, 1), 1e-14));
  CHECK(model.score_samples(far).allFinite());
}

TEST_CASE("GaussianMixture refuses what it cannot do", "[mixture]") {
  const Matrix x = blobs(40, 2, 2, 5.0, 10);
  Matrix flat_x = x;
  flat_x.col(1) = 2 * x.col(0);
  CHECK(message_and_hint_of(
            [&] { GaussianMixture({.n_components = 2, .reg_covar = 0}).fit(flat_x); }) ==
        "GaussianMixture: the covariance of component 0 collapsed: its rows are equal or lie in a "
        "plane, to the precision of the numbers\nhint: raise reg_covar, use fewer components, or "
        "covariance_type=diag");
  CHECK(message_of([&] {
          GaussianMixture({.covariance_type = CovarianceType::tied, .reg_covar = 0}).fit(flat_x);
        }).find("the covariance of the components collapsed") != std::string::npos);
  const Matrix equal = Matrix::Constant(9, 2, 4.5);
  for (const CovarianceType type : all_types) {
    CHECK_THROWS_AS(GaussianMixture({.covariance_type = type, .reg_covar = 0}).fit(equal),
                    InvalidData);
    GaussianMixture one({.covariance_type = type});
    one.fit(equal);
    CHECK(close(one.means(), Matrix::Constant(1, 2, 4.5), 1e-14));
  }
  CHECK(message_of([&] { GaussianMixture({.n_components = 2}).fit(equal); }) ==
        "GaussianMixture: no start by k-means: KMeans: n_clusters = 2, but the data have only 1 "
        "distinct point");
  CHECK(message_of([&] { GaussianMixture({.n_components = 41}).fit(x); }) ==
        "GaussianMixture: n_components = 41, but the data have only 40 rows");
  CHECK(message_of([&] {
          GaussianMixture({.means_init = {1, 2, 3}}).fit(x);
        }) == "GaussianMixture: means_init must hold 2 numbers, got 3");
  CHECK(message_of([&] {
          GaussianMixture({.n_components = 2, .weights_init = {0.5, 0.6}}).fit(x);
        }) == "GaussianMixture: weights_init must sum to 1, they sum to 1.1");
  CHECK(message_of([&] { GaussianMixture({.weights_init = {-1}}).fit(x); }) ==
        "GaussianMixture: weights_init must be greater than 0, got -1");
  CHECK(message_of([&] {
          GaussianMixture({.precisions_init = {1, 2, 2, 1}}).fit(x);
        }) ==
        "GaussianMixture: precisions_init, matrix 0, must be symmetric and positive definite");
  CHECK(message_of([&] { GaussianMixture().fit(Matrix(x * 1e150)); }).find("beyond 1e140") !=
        std::string::npos);
  CHECK(message_of([&] { (void)GaussianMixture().lower_bound(); }) ==
        "GaussianMixture is not fitted");
  CHECK_THROWS_AS(GaussianMixture().predict(x), NotFitted);
  GaussianMixture model({.n_components = 2, .max_iter = 1});
  model.fit(x);
  CHECK(!model.converged());
  CHECK(model.report().warnings.size() == 1);
  CHECK_THROWS_AS(model.score(x.topRows(0)), InvalidData);
  CHECK_THROWS_AS(model.sample(-1), InvalidParameter);
}
