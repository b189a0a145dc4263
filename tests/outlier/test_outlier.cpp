#include "grove/core/error.hpp"
#include "grove/neighbors/kernel_density.hpp"
#include "grove/outlier/isolation_forest.hpp"
#include "grove/outlier/k_neighbors_outlier.hpp"
#include "grove/outlier/local_outlier_factor.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::close;
using grove::testing::message_of;
using grove::testing::to_labels;
using grove::testing::to_matrix;
using grove::testing::to_vector;

namespace {

template <class E>
E named(std::span<const EnumName<E>> names, const std::string& name) {
  for (const auto& entry : names)
    if (entry.name == name) return entry.value;
  throw std::runtime_error(name);
}

}  // namespace

TEST_CASE("Outlier detectors keep the contract with every option") {
  CHECK(grove::testing::contract_of(LocalOutlierFactor(
            {.n_neighbors = 4, .contamination = 0.2, .metric = Metric::manhattan})) == "");
  CHECK(grove::testing::contract_of(KNeighborsOutlier(
            {.method = NeighborDistance::median, .algorithm = Algorithm::ball_tree})) == "");
  for (const auto& kernel : enum_names(Kernel{}))
    CHECK(grove::testing::contract_of(KernelDensity({.bandwidth = 0.7, .kernel = kernel.value})) ==
          "");
}

TEST_CASE("Local outlier factors are scikit-learn's") {
  const auto reference = grove::testing::reference("outlier");
  const Matrix x = to_matrix(reference["x"]);
  const Matrix queries = to_matrix(reference["queries"]);
  REQUIRE(reference["factors"].size() == 8);
  for (const auto& item : reference["factors"])
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree, Algorithm::cells}) {
      LocalOutlierFactor model(
          {.n_neighbors = item["n_neighbors"],
           .contamination = item["contamination"],
           .algorithm = algorithm,
           .metric = item["metric"] == "euclidean" ? Metric::euclidean : Metric::manhattan});
      model.fit(x);
      CHECK(close(model.training_scores(), to_vector(item["training"]), 1e-10));
      CHECK(close(model.score_samples(queries), to_vector(item["scores"]), 1e-10));
      CHECK(model.threshold() == Approx(item["threshold"].get<double>()).epsilon(1e-10));
      CHECK(model.predict(queries) == to_labels(item["predict"]));
    }
}

TEST_CASE("Scores by neighbours are their distances") {
  const auto reference = grove::testing::reference("outlier");
  const Matrix x = to_matrix(reference["x"]);
  const Matrix queries = to_matrix(reference["queries"]);
  const Matrix own = to_matrix(reference["kth_distance"]);
  const Matrix others = to_matrix(reference["kth_distance_new"]);
  const auto check = [&](NeighborDistance method, const auto& expected) {
    KNeighborsOutlier model({.n_neighbors = 6, .method = method});
    model.fit(x);
    CHECK(close(model.training_scores(), Matrix(-expected(own)), 1e-12));
    CHECK(close(model.score_samples(queries), Matrix(-expected(others)), 1e-12));
    CHECK((model.training_scores().array() < model.threshold()).count() == 15);  // 0.1 * 146
  };
  check(NeighborDistance::largest, [](const Matrix& d) { return Vector(d.col(5)); });
  check(NeighborDistance::mean, [](const Matrix& d) { return Vector(d.rowwise().mean()); });
  check(NeighborDistance::median,
        [](const Matrix& d) { return Vector((d.col(2) + d.col(3)) / 2); });
}

TEST_CASE("Kernel densities are those of the definition and of scikit-learn") {
  const auto reference = grove::testing::reference("outlier");
  const Matrix x = to_matrix(reference["x"]);
  const Matrix queries = to_matrix(reference["queries"]);
  const Dataset weighted = Dataset(x).with_weights(to_vector(reference["weights"]));
  REQUIRE(reference["densities"].size() == 24);
  for (const auto& item : reference["densities"])
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree}) {
      KernelDensity model({.bandwidth = item["bandwidth"],
                           .kernel = named(enum_names(Kernel{}), item["kernel"]),
                           .algorithm = algorithm});
      model.fit(item["weighted"].get<bool>() ? weighted : Dataset(x));
      const Vector expected = to_vector(item["scores"]);
      const Vector scores = model.score_samples(queries);
      for (Index i = 0; i < scores.size(); ++i) {
        if (std::isinf(expected(i))) {
          CHECK(scores(i) == std::numeric_limits<double>::lowest());
        } else {
          CHECK(close(scores(i), expected(i), 1e-10));
        }
      }
    }
  for (const auto& rule : {BandwidthRule::scott, BandwidthRule::silverman}) {
    KernelDensity model({.bandwidth_rule = rule});
    const auto name = rule == BandwidthRule::scott ? "scott" : "silverman";
    CHECK(model.fit(x).bandwidth() == Approx(reference["rules"][name].get<double>()));
  }
}

TEST_CASE("A density is the same to the bit for every algorithm") {
  const Matrix x = to_matrix(grove::testing::reference("outlier")["x"]);
  for (const auto& kernel : enum_names(Kernel{})) {
    KernelDensity brute({.kernel = kernel.value, .algorithm = Algorithm::brute});
    const Vector expected = brute.fit(x).score_samples(x);
    for (const Algorithm algorithm : {Algorithm::kd_tree, Algorithm::ball_tree, Algorithm::cells}) {
      KernelDensity model({.kernel = kernel.value, .algorithm = algorithm});
      CHECK(model.fit(x).score_samples(x, {.threads = 3}) == expected);
    }
  }
}

TEST_CASE("Samples follow the density") {
  Matrix x(2, 1);
  x << 0, 10;
  Vector weights(2);
  weights << 3, 1;
  for (const Kernel kernel : {Kernel::gaussian, Kernel::tophat}) {
    KernelDensity model({.bandwidth = 0.5, .kernel = kernel});
    model.fit(Dataset(x).with_weights(weights));
    const Matrix drawn = model.sample(4000, 1);
    const double share = static_cast<double>((drawn.array() < 5).count()) / 4000;
    CHECK(share == Approx(0.75).margin(0.03));
    CHECK(model.score_samples(drawn).minCoeff() > -20);
    CHECK(model.sample(4000, 1) == drawn);
    if (kernel == Kernel::tophat)
      CHECK((drawn.array().abs().min((drawn.array() - 10).abs())).maxCoeff() <= 0.5);
  }
  CHECK(message_of([&] { (void)KernelDensity({.kernel = Kernel::linear}).fit(x).sample(3); }) ==
        "KernelDensity: samples are drawn for the kernels gaussian and tophat with the metric "
        "euclidean");
}

TEST_CASE("Too few points are refused, too few neighbours are noted") {
  CHECK(message_of([] { LocalOutlierFactor().fit(Matrix(Matrix::Zero(1, 2))); }) ==
        "LocalOutlierFactor compares points with each other and needs at least 2, got 1");
  Matrix x(4, 1);
  x << 0, 1, 2, 9;
  LocalOutlierFactor model;
  model.fit(x);
  REQUIRE(model.report().warnings.size() == 1);
  CHECK(model.report().warnings[0] ==
        "n_neighbors = 20 is more than the 3 other points; all of them are taken");
}

TEST_CASE("Isolation forests score as scikit-learn's do") {
  const auto reference = grove::testing::reference("forest");
  const Matrix points = to_matrix(reference["points"]);
  const Vector mean = to_vector(reference["isolation"]["mean"]);
  const Vector sd = to_vector(reference["isolation"]["sd"]);
  constexpr int n_seeds = 8;
  Vector scores = Vector::Zero(points.rows());
  for (std::uint64_t seed = 0; seed < n_seeds; ++seed) {
    IsolationForest model({.seed = seed});
    scores += model.fit(points).score_samples(points) / n_seeds;
  }
  // 310 points, the mean of 8 seeds here and 12 there: within 5 standard errors each.
  const Vector error = sd * std::sqrt(1.0 / n_seeds + 1.0 / 12);
  CHECK(((scores - mean).array() / error.array()).abs().maxCoeff() < 5);
  CHECK(std::abs((scores - mean).mean()) < 0.003);
}

TEST_CASE("Isolation forests: paths, contamination, options") {
  CHECK(grove::testing::contract_of(
            IsolationForest({.n_estimators = 30, .max_samples = 32, .contamination = 0.05})) == "");
  // Two points are told apart by one split: h = 1 = c(2).
  IsolationForest pair({.n_estimators = 3});
  pair.fit((Matrix(2, 1) << 0, 1).finished());
  CHECK(pair.score_samples((Matrix(2, 1) << -5, 7).finished()) == Vector::Constant(2, -0.5));
  // Equal points cannot be: h = c(4).
  IsolationForest equal({.n_estimators = 3});
  equal.fit(Matrix::Ones(4, 2));
  CHECK(equal.score_samples(Matrix::Ones(1, 2))(0) == Approx(-0.5).epsilon(1e-12));
  const Matrix points = to_matrix(grove::testing::reference("forest")["points"]);
  IsolationForest tenth({.contamination = 0.1});
  tenth.fit(points);
  CHECK((tenth.predict(points).array() == -1).count() == 31);
  CHECK(IsolationForest().fit(points).threshold() == -0.5);
  for (const Tree& tree : tenth.trees().trees) {
    CHECK(tree.depth() <= 8);
    CHECK(tree.nodes.front().weight == 256);
  }
  CHECK(message_of([] { IsolationForest().fit(Matrix::Ones(1, 2)); }) ==
        "IsolationForest tells points apart and needs at least 2, got 1");
}
