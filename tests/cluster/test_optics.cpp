#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cluster/distinct_rows.hpp"
#include "cluster/reachability/reachability_walk.hpp"
#include "grove/cluster/optics.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "neighbors/metric_space.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Matrix normal(Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  return x;
}

Matrix grid(Index n, Index d, Index values, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(rng.below(values));
  return x;
}

OPTICSParams params_of(const nlohmann::json& json) {
  OPTICSParams params;
  params.p = json.value("p", 2.0);
  params.min_samples = json.value("min_samples", 5);
  params.max_eps = json.value("max_eps", 0.0);
  params.eps = json.value("eps", 0.0);
  params.xi = json.value("xi", 0.05);
  params.predecessor_correction = json.value("predecessor_correction", true);
  params.min_cluster_size = json.value("min_cluster_size", 0);
  if (json.contains("cluster_method")) params.cluster_method = OpticsMethod::dbscan;
  params.metric = *ParamType<Distance>::from(Value(json.value("metric", "euclidean")));
  return params;
}

/// inf is compared as 1e300.
Vector finite(const Vector& values) { return values.cwiseMin(1e300); }

std::vector<int> partition(const Labels& labels) {
  std::map<int, int> names;
  std::vector<int> renamed;
  for (Index i = 0; i < labels.size(); ++i)
    renamed.push_back(labels(i) < 0 ? -1
                                    : names.emplace(labels(i), static_cast<int>(i)).first->second);
  return renamed;
}

}  // namespace

TEST_CASE("OPTICS keeps the contract") {
  CHECK(contract_of(OPTICS()) == "");
  CHECK(contract_of(OPTICS({.max_eps = 2,
                            .metric = Metric::minkowski,
                            .cluster_method = OpticsMethod::dbscan,
                            .eps = 1.5})) == "");
}

TEST_CASE("OPTICS equals scikit-learn") {
  const nlohmann::json reference = grove::testing::reference("optics");
  REQUIRE(reference["cases"].size() >= 40);
  for (const auto& one : reference["cases"]) {
    INFO(one["data"] << " " << one["params"]);
    OPTICS model(params_of(one["params"]));
    model.fit(to_matrix(reference["data"][one["data"].get<std::string>()]));
    CHECK(model.ordering() == one["ordering"].get<std::vector<Index>>());
    CHECK(close(finite(model.core_distances()), finite(to_vector(one["core_distances"])), 1e-10));
    CHECK(close(finite(model.reachability()), finite(to_vector(one["reachability"])), 1e-10));
    CHECK(model.predecessor() == to_labels(one["predecessor"]));
    CHECK(model.labels() == to_labels(one["labels"]));
    REQUIRE(model.cluster_hierarchy().rows() == static_cast<Index>(one["hierarchy"].size()));
    for (Index i = 0; i < model.cluster_hierarchy().rows(); ++i)
      for (Index j = 0; j < 2; ++j)
        CHECK(model.cluster_hierarchy()(i, j) ==
              one["hierarchy"][static_cast<std::size_t>(i)][static_cast<std::size_t>(j)]);
  }
}

TEST_CASE("OPTICS beside R's dbscan") {
  const nlohmann::json reference = grove::testing::reference("optics");
  REQUIRE(reference["r"].size() == 3);
  for (const auto& one : reference["r"]) {
    INFO(one["data"]);
    OPTICS model({.min_samples = one["min_points"]});
    model.fit(to_matrix(reference["data"][one["data"].get<std::string>()]));
    const Vector cores = to_vector(one["core_distances"]);
    CHECK(close(model.core_distances(), cores, 1e-10));
    // Which cluster takes a border point depends on the order of the walk.
    const double eps = one["eps"];
    Labels ours = model.labels_at(eps);
    Labels theirs = to_labels(one["labels"]);
    for (Index i = 0; i < ours.size(); ++i)
      if (cores(i) > eps) ours(i) = theirs(i) = -1;
    CHECK(partition(ours) == partition(theirs));
    CHECK(ours.maxCoeff() >= 1);
  }
}

TEST_CASE("OPTICS walks alike in the tree and over all pairs") {
  for (const Metric metric :
       {Metric::euclidean, Metric::manhattan, Metric::chebyshev, Metric::cosine}) {
    for (const Matrix& raw : {normal(900, 3, 1), grid(900, 2, 14, 2), grid(500, 3, 2, 3)}) {
      const Matrix x = metric == Metric::cosine ? Matrix(raw.array() + 0.5) : raw;
      for (const double max_eps : {infinity, metric == Metric::cosine ? 0.01 : 0.4}) {
        const MetricSpace space("test", metric, 2, x, {}, {});
        const Matrix points = space.prepares() ? space.prepare(x, {}) : x;
        OPTICS model(
            {.min_samples = 4, .max_eps = max_eps == infinity ? 0 : max_eps, .metric = metric});
        model.fit(x);
        const Context context;
        const std::vector<std::uint32_t> group = cluster::distinct_rows(x, nullptr, {}).group;
        const cluster::WalkTask task{"test", points,  space.reduced(), model.core_distances(),
                                     group,  max_eps, context};
        const cluster::Walk a = cluster::walk_by_tree(task);
        const cluster::Walk b = cluster::walk_by_all(task);
        CHECK(a.ordering == b.ordering);
        CHECK(a.reachability == b.reachability);
        CHECK(a.predecessor == b.predecessor);
        CHECK(model.ordering() == a.ordering);
      }
    }
  }
}

TEST_CASE("OPTICS is the same for any threads") {
  const Matrix x = normal(3000, 2, 4);
  OPTICS one({.min_samples = 8});
  one.fit(x, {.threads = 1});
  for (const int threads : {2, 3, 7}) {
    OPTICS many(one.params());
    many.fit(x, {.threads = threads});
    CHECK(to_text(many.save_state()) == to_text(one.save_state()));
  }
}

TEST_CASE("OPTICS of equal points takes no quadratic time") {
  OPTICS model;
  model.fit(Matrix(Matrix::Constant(20000, 2, 0.1)));
  std::vector<Index> order(20000);
  std::iota(order.begin(), order.end(), Index{0});
  CHECK(model.ordering() == order);
  CHECK(model.reachability().tail(19999).isZero());
  CHECK(model.predecessor().tail(19999).isZero());
}

TEST_CASE("OPTICS says what it cannot use") {
  const Matrix x = normal(30, 3, 5);
  const auto refusal = [&](OPTICSParams params, const Matrix& points) {
    return message_of([&] { OPTICS(std::move(params)).fit(points); });
  };
  CHECK(refusal({.min_samples = 1}, x) ==
        "OPTICS: parameter 'min_samples' must be an integer >= 2, got 1");
  CHECK(refusal({.xi = 1}, x).rfind("OPTICS: parameter 'xi' must be", 0) == 0);
  CHECK(refusal({.min_cluster_size = 1}, x) ==
        "OPTICS: parameter 'min_cluster_size' must be 0 or >= 2, got 1");
  CHECK(refusal({.min_samples = 31}, x) == "OPTICS: min_samples = 31, but there are only 30 rows");
  CHECK(refusal({}, x.topRows(1)) == "OPTICS: min_samples = 5, but there is only 1 row");
  CHECK(refusal({.max_eps = 1, .cluster_method = OpticsMethod::dbscan, .eps = 2}, x) ==
        "OPTICS: eps must be above 0 and at most max_eps = 1, got 2");
  CHECK(refusal({.metric = Metric::haversine}, x) ==
        "OPTICS: the metric 'haversine' takes 2 columns, latitude and longitude in radians, got 3");
  Matrix holes = x;
  holes(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal({}, holes).find("c1") != std::string::npos);
  OPTICS far({.max_eps = 1e-9});
  far.fit(x);
  CHECK(far.labels() == Labels::Constant(30, -1));
  REQUIRE(far.report().warnings.size() == 1);
  CHECK(far.report().warnings[0] == "no point reaches another within max_eps = 1e-09; raise it");
  CHECK_THROWS_AS(OPTICS().labels(), NotFitted);
}

TEST_CASE("The reachability plot has a bar for each point") {
  OPTICS model;
  model.fit(normal(200, 2, 6));
  const std::string svg = model.to_svg();
  std::size_t n_bars = 0;
  for (std::size_t at = svg.find("stroke-width"); at != std::string::npos;
       at = svg.find("stroke-width", at + 1))
    ++n_bars;
  CHECK(n_bars == 200);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("inf") == std::string::npos);
}
