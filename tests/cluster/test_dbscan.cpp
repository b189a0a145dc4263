#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "cluster/density/cell_scan.hpp"
#include "cluster/density/chunk_scan.hpp"
#include "core/memory_meter.hpp"
#include "grove/cluster/dbscan.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/registry/archive.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

/// Clouds of different density, and even noise.
Matrix clouds(Index n, Index d, Index n_clouds, std::uint64_t seed) {
  Rng rng(seed);
  const Matrix centers = Matrix::NullaryExpr(n_clouds, d, [&] { return 10 * rng.uniform(); });
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i) {
    const Index cloud = rng.below(n_clouds + 1);
    for (Index j = 0; j < d; ++j)
      x(i, j) = cloud < n_clouds
                    ? centers(cloud, j) + 0.3 * static_cast<double>(1 + cloud % 3) * rng.normal()
                    : 12 * rng.uniform() - 1;
  }
  return x;
}

/// Rows on a small lattice: ties at eps, duplicates.
Matrix lattice(Index n, Index d, Index values, std::uint64_t seed) {
  Rng rng(seed);
  return Matrix::NullaryExpr(n, d, [&] { return static_cast<double>(rng.below(values)); });
}

using Measure = std::function<double(const double*, const double*, Index)>;

double euclidean(const double* a, const double* b, Index d) {
  double sum = 0;
  for (Index j = 0; j < d; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

struct Answer {
  Labels labels;
  std::vector<Index> core;
  bool operator==(const Answer&) const = default;
};

/// By the definition, two plain loops.
Answer oracle(const Matrix& x, double eps, double min_samples, const Vector& weights,
              const Measure& distance = euclidean) {
  const Index n = x.rows();
  const auto near = [&](Index a, Index b) {
    return distance(x.row(a).data(), x.row(b).data(), x.cols()) <= eps;
  };
  Answer answer{Labels::Constant(n, -1), {}};
  std::vector<char> core(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    double sum = 0;
    for (Index k = 0; k < n; ++k) sum += near(i, k) ? weights(k) : 0;
    core[static_cast<std::size_t>(i)] = weights(i) > 0 && sum >= min_samples;
    if (core[static_cast<std::size_t>(i)] != 0) answer.core.push_back(i);
  }
  int n_clusters = 0;
  for (const Index first : answer.core) {
    if (answer.labels(first) >= 0) continue;
    std::vector<Index> pending{first};
    answer.labels(first) = n_clusters;
    while (!pending.empty()) {
      const Index at = pending.back();
      pending.pop_back();
      for (const Index other : answer.core)
        if (answer.labels(other) < 0 && near(at, other)) {
          answer.labels(other) = n_clusters;
          pending.push_back(other);
        }
    }
    ++n_clusters;
  }
  for (Index i = 0; i < n; ++i) {
    if (core[static_cast<std::size_t>(i)] != 0) continue;
    for (const Index other : answer.core)
      if (near(i, other)) {
        answer.labels(i) = answer.labels(other);
        break;
      }
  }
  return answer;
}

Answer oracle(const Matrix& x, double eps, double min_samples) {
  return oracle(x, eps, min_samples, Vector::Ones(x.rows()));
}

Answer answer_of(const DBSCAN& model) { return {model.labels(), model.core_sample_indices()}; }

Answer fit(const DBSCANParams& params, const Dataset& data, int threads = 1) {
  DBSCAN model(params);
  model.fit(data, {.threads = threads});
  CHECK(model.predict(data.x(), {.threads = threads}) == model.labels());
  CHECK(model.n_clusters() == std::max(-1, model.labels().maxCoeff()) + 1);
  return answer_of(model);
}

constexpr DBSCANAlgorithm all_algorithms[] = {DBSCANAlgorithm::automatic, DBSCANAlgorithm::grid,
                                              DBSCANAlgorithm::kd_tree, DBSCANAlgorithm::ball_tree,
                                              DBSCANAlgorithm::brute};

std::vector<DBSCANAlgorithm> algorithms_for(Index d) {
  std::vector<DBSCANAlgorithm> algorithms;
  for (const DBSCANAlgorithm algorithm : all_algorithms)
    if (d <= 4 || algorithm != DBSCANAlgorithm::grid) algorithms.push_back(algorithm);
  return algorithms;
}

void check_all(const Matrix& x, double eps, int min_samples) {
  const Answer expected = oracle(x, eps, min_samples);
  for (const DBSCANAlgorithm algorithm : algorithms_for(x.cols())) {
    INFO("d = " << x.cols() << ", eps = " << eps << ", min_samples = " << min_samples
                << ", algorithm " << static_cast<int>(algorithm));
    CHECK(fit({.eps = eps, .min_samples = min_samples, .algorithm = algorithm}, Dataset(x)) ==
          expected);
  }
}

struct Roots {
  static constexpr bool is_metric = true;
  double operator()(const double* a, const double* b, Index d) const {
    double sum = 0;
    for (Index j = 0; j < d; ++j) sum += std::sqrt(std::abs(a[j] - b[j]));
    return sum;
  }
};

}  // namespace

TEST_CASE("DBSCAN keeps the contract", "[dbscan]") {
  CHECK(contract_of(DBSCAN()) == "");
  for (const DBSCANAlgorithm algorithm : all_algorithms) {
    CHECK(contract_of(DBSCAN({.eps = 2, .min_samples = 4, .algorithm = algorithm})) == "");
  }
}

TEST_CASE("DBSCAN has scikit-learn's core points, clusters and noise", "[dbscan]") {
  const auto reference = grove::testing::reference("dbscan");
  REQUIRE(reference["cases"].size() == 25);
  Index borders = 0;
  for (const auto& item : reference["cases"]) {
    const Matrix x = to_matrix(item["x"]);
    Dataset data(x);
    if (!item["weights"].is_null()) data = data.with_weights(to_vector(item["weights"]));
    const DBSCANParams params{
        .eps = item["eps"],
        .min_samples = item["min_samples"],
        .metric = *ParamType<Distance>::from(item["metric"].get<std::string>()),
        .p = item["p"]};
    const Answer found = fit(params, data);
    const Labels expected = to_labels(item["labels"]);
    CHECK(found.core == item["core"].get<std::vector<Index>>());
    for (const Index i : found.core) CHECK(found.labels(i) == expected(i));
    for (Index i = 0; i < x.rows(); ++i) {
      CHECK((found.labels(i) < 0) == (expected(i) < 0));
      borders += found.labels(i) != expected(i) ? 1 : 0;
      CHECK(found.labels(i) >= expected(i));  // scikit-learn's is the lowest of its neighbours
    }
  }
  CHECK(borders < 40);
}

TEST_CASE("Core points, clusters and borders are those of the definition", "[dbscan]") {
  for (Index d = 1; d <= 6; ++d) {
    const double scale = std::sqrt(static_cast<double>(d));
    for (const double eps : {0.15, 0.4, 0.9})
      for (const int min_samples : {1, 4, 12}) {
        check_all(clouds(300, d, 5, static_cast<std::uint64_t>(d)), eps * scale, min_samples);
      }
  }
}

TEST_CASE("Distances of exactly eps count, in every direction", "[dbscan]") {
  for (Index d = 1; d <= 4; ++d) {
    const Matrix x = lattice(200, d, d == 1 ? 150 : d == 2 ? 20 : 6, 7);
    for (const double eps : {1.0, std::sqrt(2.0), std::sqrt(3.0), 2.0})
      for (const int min_samples : {2, 5}) {
        check_all(x, eps, min_samples);
        check_all(0.1 * x, eps / 10, min_samples);
        check_all(x.array() + 1e9, eps, min_samples);
        check_all(x / 3, eps / 3, min_samples);
      }
  }
}

TEST_CASE("Points far from the origin, and columns of other scales", "[dbscan]") {
  for (Index d = 1; d <= 4; ++d) {
    Matrix x = clouds(300, d, 4, 11);
    check_all(x.array() + 1e9, 0.5, 4);
    check_all(x * 1e-120, 0.5e-120, 4);
    check_all(x * 1e120, 0.5e120, 4);
    x.col(0) *= 1e6;
    check_all(x, 5e4, 3);
  }
}

TEST_CASE("eps tiny or huge beside the data, and values that underflow", "[dbscan]") {
  Matrix x = clouds(250, 3, 4, 12);
  x.bottomRows(50) = x.topRows(50);
  for (const double eps : {1e-320, 1e-200, 1e-30, 1e-12, 1e-9, 1e3, 1e150, 1e300}) {
    const Answer expected = oracle(x, eps, 2);
    for (const DBSCANAlgorithm algorithm : {DBSCANAlgorithm::automatic, DBSCANAlgorithm::kd_tree,
                                            DBSCANAlgorithm::ball_tree, DBSCANAlgorithm::brute}) {
      INFO("eps = " << eps << ", algorithm " << static_cast<int>(algorithm));
      CHECK(fit({.eps = eps, .min_samples = 2, .algorithm = algorithm}, Dataset(x)) == expected);
    }
  }
  const std::string refusal =
      message_of([&] { DBSCAN({.eps = 1e-12, .algorithm = DBSCANAlgorithm::grid}).fit(x); });
  CHECK(refusal.find("DBSCAN: eps = 1e-12 is too small") == 0);
  // Squares of these differences are 0: grove's distances are, too.
  const Matrix tiny = x * 1e-170;
  for (const DBSCANAlgorithm algorithm : {DBSCANAlgorithm::automatic, DBSCANAlgorithm::brute})
    CHECK(fit({.eps = 1e-180, .min_samples = 2, .algorithm = algorithm}, Dataset(tiny)) ==
          oracle(tiny, 1e-180, 2));
}

TEST_CASE("A grid of as many cells as can be numbered", "[dbscan]") {
  // 2^30 by 2^30 cells: pairs of points in far places, at distances about eps.
  Rng rng(13);
  Matrix x(400, 2);
  for (Index i = 0; i < 400; i += 2)
    for (Index j = 0; j < 2; ++j) {
      x(i, j) = 10 * rng.uniform();
      x(i + 1, j) = x(i, j) + 2e-8 * rng.uniform();
    }
  check_all(x, 1.5e-8, 2);
  CHECK(oracle(x, 1.5e-8, 2).core.size() > 100);
}

TEST_CASE("Large cells that do not touch, or just so", "[dbscan]") {
  // Two cells of many points each, two columns apart: all pairs would be 4 million.
  Rng rng(5);
  Matrix x(4001, 2);
  for (Index i = 0; i < 4000; ++i) {
    x(i, 0) = (i % 2 == 0 ? 0.0 : 1.0001) + 0.1 * rng.uniform() * (i % 2 == 0 ? -1 : 1);
    x(i, 1) = 0.3 * rng.uniform();
  }
  x.row(4000) << 5, 5;
  const auto clusters = [&](double eps, DBSCANAlgorithm algorithm) {
    DBSCAN model({.eps = eps, .min_samples = 3, .algorithm = algorithm});
    model.fit(x);
    return model.n_clusters();
  };
  double closest = 9;
  for (Index a = 0; a < 4000; a += 2)
    for (Index b = 1; b < 4000; b += 2)
      closest = std::min(closest, euclidean(x.row(a).data(), x.row(b).data(), 2));
  for (const DBSCANAlgorithm algorithm : {DBSCANAlgorithm::grid, DBSCANAlgorithm::kd_tree}) {
    CHECK(clusters(closest, algorithm) == 1);
    CHECK(clusters(std::nextafter(closest, 0), algorithm) == 2);
  }
}

TEST_CASE("Weights count as points, exactly, and in any order", "[dbscan]") {
  for (const Index d : {1, 2, 3, 5}) {
    const Matrix x = lattice(250, d, 8, 3);
    Rng rng(4);
    Vector integers = Vector::NullaryExpr(250, [&] { return static_cast<double>(rng.below(4)); });
    Vector reals = Vector::NullaryExpr(250, [&] { return 2 * rng.uniform() * rng.uniform(); });
    reals(17) = 1e300;
    reals(18) = 1e-300;
    reals(19) = 0;
    for (const Vector* weights : {&integers, &reals})
      for (const DBSCANAlgorithm algorithm : algorithms_for(d)) {
        INFO("d = " << d << ", algorithm " << static_cast<int>(algorithm));
        CHECK(fit({.eps = 1, .min_samples = 7, .algorithm = algorithm},
                  Dataset(x).with_weights(*weights)) == oracle(x, 1, 7, *weights));
      }
    // Repeated rows: the same labels, row for row.
    std::vector<Index> rows;
    for (Index i = 0; i < 250; ++i)
      for (int copy = 0; copy < integers(i); ++copy) rows.push_back(i);
    const Dataset repeated = Dataset(x).take(rows);
    DBSCAN weighted({.eps = 1, .min_samples = 7});
    DBSCAN plain({.eps = 1, .min_samples = 7});
    weighted.fit(Dataset(x).with_weights(integers));
    plain.fit(repeated);
    CHECK(weighted.predict(repeated.x()) == plain.labels());
    CHECK(plain.predict(x) == weighted.labels());
  }
  // Ten tenths are more than 1, since 0.1 is stored as a little more; ten times a little less, not.
  const Matrix same = Matrix::Zero(10, 2);
  for (const DBSCANAlgorithm algorithm : all_algorithms) {
    const DBSCANParams params{.eps = 1, .min_samples = 1, .algorithm = algorithm};
    CHECK(fit(params, Dataset(same).with_weights(Vector::Constant(10, 0.1))).core.size() == 10);
    const double less = std::nextafter(0.1, 0);
    CHECK(fit(params, Dataset(same).with_weights(Vector::Constant(10, less))).core.empty());
  }
}

TEST_CASE("Every metric, by every algorithm that serves it", "[dbscan]") {
  struct Case {
    Distance metric;
    double p, eps;
    Measure distance;
    std::vector<DBSCANAlgorithm> algorithms;
  };
  using A = DBSCANAlgorithm;
  const auto sum_of = [](const auto& term) {
    return [term](const double* a, const double* b, Index d) {
      double sum = 0;
      for (Index j = 0; j < d; ++j) sum += term(std::abs(a[j] - b[j]));
      return sum;
    };
  };
  const auto identity = sum_of([](double v) { return v; });
  const auto cubes = sum_of([](double v) { return std::pow(v, 3.0); });
  const auto differing = sum_of([](double v) { return v != 0 ? 1.0 : 0.0; });
  const std::vector<Case> cases{
      {Metric::manhattan, 2, 1, identity, {A::automatic, A::kd_tree, A::ball_tree, A::brute}},
      {Metric::chebyshev,
       2,
       1,
       [](const double* a, const double* b, Index d) {
         double most = 0;
         for (Index j = 0; j < d; ++j) most = std::max(most, std::abs(a[j] - b[j]));
         return most;
       },
       {A::automatic, A::kd_tree, A::ball_tree, A::brute}},
      {Metric::minkowski,
       3,
       std::cbrt(2.0),
       [cubes](const double* a, const double* b, Index d) {
         return std::pow(cubes(a, b, d), 1 / 3.0);
       },
       {A::automatic, A::kd_tree, A::ball_tree, A::brute}},
      {Metric::hamming,
       2,
       0.5,
       [differing](const double* a, const double* b, Index d) {
         return differing(a, b, d) / static_cast<double>(d);
       },
       {A::automatic, A::ball_tree, A::brute}},
      {Roots{}, 2, 1, Roots{}, {A::automatic, A::ball_tree, A::brute}}};
  for (const Index d : {2, 3, 6}) {
    const Matrix x = lattice(300, d, d < 4 ? 9 : 4, 21);
    for (const Case& item : cases) {
      const Answer expected = oracle(x, item.eps, 4, Vector::Ones(300), item.distance);
      for (const A algorithm : item.algorithms) {
        INFO("metric " << item.metric.name() << ", d = " << d << ", algorithm "
                       << static_cast<int>(algorithm));
        CHECK(fit({.eps = item.eps,
                   .min_samples = 4,
                   .metric = item.metric,
                   .algorithm = algorithm,
                   .p = item.p},
                  Dataset(x)) == expected);
      }
    }
  }
  // Gower takes missing values.
  Matrix holed = lattice(200, 3, 4, 23);
  for (Index i = 0; i < 200; i += 7) holed(i, i % 3) = std::nan("");
  const auto gower = [](const double* a, const double* b, Index d) {
    double sum = 0;
    double known = 0;
    for (Index j = 0; j < d; ++j) {
      if (std::isnan(a[j]) || std::isnan(b[j])) continue;
      known += 1;
      sum += std::abs(a[j] - b[j]) / 3;
    }
    return sum / known;
  };
  const Answer found = fit({.eps = 0.1, .min_samples = 4, .metric = Metric::gower}, Dataset(holed));
  CHECK(found == oracle(holed, 0.1, 4, Vector::Ones(200), gower));
  CHECK(found.labels.maxCoeff() > 1);
  // Mahalanobis: whitened points are the grid's and the tree's as well.
  const Matrix x = clouds(300, 3, 4, 22);
  const DBSCANParams params{.eps = 0.3, .min_samples = 4, .metric = Metric::mahalanobis};
  const Answer expected = fit(params, Dataset(x));
  CHECK(*std::max_element(expected.labels.data(), expected.labels.data() + 300) > 0);
  for (DBSCANParams other = params; const A algorithm : all_algorithms) {
    other.algorithm = algorithm;
    CHECK(fit(other, Dataset(x)) == expected);
  }
}

TEST_CASE("Threads change neither bytes nor work", "[dbscan]") {
  for (const Index d : {1, 2, 3, 4, 6}) {
    const Matrix x = clouds(d <= 3 ? 40000 : 10000, d, 20, 31);
    const DBSCANParams params{.eps = 0.2 * std::sqrt(static_cast<double>(d)), .min_samples = 8};
    std::string bytes;
    WorkCounts work;
    Answer answer;
    for (const int threads : {1, 2, 3, 7}) {
      DBSCAN model(params);
      model.fit(x, {.threads = threads});
      if (threads == 1) {
        bytes = to_bytes(model);
        work = model.report().work;
        answer = answer_of(model);
        CHECK(model.n_clusters() >= (d == 1 ? 1 : 2));
        CHECK(work.at("distance_evaluations") > 0);
      }
      CHECK(to_bytes(model) == bytes);
      CHECK(model.report().work == work);
    }
    for (DBSCANParams other = params; const DBSCANAlgorithm algorithm : algorithms_for(d)) {
      if (algorithm == DBSCANAlgorithm::brute || algorithm == DBSCANAlgorithm::ball_tree)
        continue;  // take long
      other.algorithm = algorithm;
      DBSCAN model(other);
      model.fit(x, {.threads = 2});
      CHECK(answer_of(model) == answer);
    }
  }
}

TEST_CASE("Permuted rows: the same core points, clusters and noise", "[dbscan]") {
  for (const Index d : {2, 3, 5}) {
    const Matrix x = clouds(1500, d, 6, 41);
    const DBSCANParams params{.eps = 0.35 * std::sqrt(static_cast<double>(d)), .min_samples = 6};
    const Answer plain = fit(params, Dataset(x));
    const std::vector<Index> order = Rng(9).permutation(1500);
    const Answer permuted = fit(params, Dataset(x).take(order));
    std::vector<char> core(1500);
    for (const Index i : plain.core) core[static_cast<std::size_t>(i)] = 1;
    std::map<int, int> name;
    std::size_t n_core = 0;
    for (const Index i : permuted.core) {
      const Index own = order[static_cast<std::size_t>(i)];
      n_core += core[static_cast<std::size_t>(own)] != 0 ? 1U : 0U;
      CHECK(name.try_emplace(permuted.labels(i), plain.labels(own)).first->second ==
            plain.labels(own));
    }
    CHECK(n_core == plain.core.size());
    CHECK(permuted.core.size() == plain.core.size());
    for (Index i = 0; i < 1500; ++i)
      CHECK((permuted.labels(i) < 0) == (plain.labels(order[static_cast<std::size_t>(i)]) < 0));
  }
}

TEST_CASE("A border point goes to its lowest-index core neighbour", "[dbscan]") {
  // Two clusters along a line, the border point between them in the middle. Row 0 begins the
  // right one, but the border's lowest core neighbour, row 1, is of the left one.
  Matrix x(9, 1);
  x << 3.9, 1.0, 0.2, 0.0, 0.1, 3.7, 3.8, 3.0, 2.0;
  for (const DBSCANAlgorithm algorithm : all_algorithms) {
    const Answer found = fit({.eps = 1, .min_samples = 4, .algorithm = algorithm}, Dataset(x));
    CHECK(found.core == std::vector<Index>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(found.labels == (Labels(9) << 0, 1, 1, 1, 1, 0, 0, 0, 1).finished());
  }
}

TEST_CASE("One point, equal points, no core point", "[dbscan]") {
  for (const DBSCANAlgorithm algorithm : all_algorithms) {
    CHECK(fit({.min_samples = 1, .algorithm = algorithm}, Dataset(Matrix::Zero(1, 2))).labels(0) ==
          0);
    DBSCAN model({.algorithm = algorithm});
    model.fit(Matrix::Zero(1, 2));
    CHECK(model.labels()(0) == -1);
    CHECK(model.core_sample_indices().empty());
    CHECK(model.report().warnings.size() == 1);
    CHECK(fit({.min_samples = 1000, .algorithm = algorithm}, Dataset(Matrix::Ones(1000, 3)))
              .labels.isZero());
    CHECK(fit({.min_samples = 1001, .algorithm = algorithm}, Dataset(Matrix::Ones(1000, 3)))
              .core.empty());
  }
}

TEST_CASE("predict labels new points, also far outside", "[dbscan]") {
  const Matrix x = clouds(600, 2, 4, 51);
  Matrix queries = clouds(500, 2, 4, 52);
  queries.row(0) << 1e300, -1e300;
  queries.row(1) << -1e5, 3;
  queries.row(2) << 1e5, 3;
  Labels expected;
  for (const DBSCANAlgorithm algorithm : all_algorithms) {
    DBSCAN model({.eps = 0.4, .min_samples = 5, .algorithm = algorithm});
    model.fit(x);
    CHECK_THROWS_AS(model.predict(queries), InvalidData);  // 1e300 squared overflows
    const Matrix usual = queries.bottomRows(499);
    const Labels found = model.predict(usual);
    CHECK(found.maxCoeff() > 0);
    CHECK(found(0) == -1);
    if (expected.size() == 0) {
      expected = found;
      for (Index i = 0; i < usual.rows(); ++i) {
        int label = -1;
        for (const Index core : model.core_sample_indices())
          if (euclidean(usual.row(i).data(), x.row(core).data(), 2) <= 0.4) {
            label = model.labels()(core);
            break;
          }
        CHECK(found(i) == label);
      }
    }
    CHECK(found == expected);
    const Estimator loaded = from_bytes(to_bytes(model));
    CHECK(loaded.predict(MatrixView(usual)) == expected);
  }
}

TEST_CASE("Dense blobs take memory by the point", "[dbscan]") {
  Rng rng(61);
  Matrix x(180000, 2);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < 2; ++j) x(i, j) = 100 * static_cast<double>(i % 6) + 0.5 * rng.normal();
  const Dataset data(std::move(x));
  const MemoryMeter memory;
  DBSCAN model({.eps = 0.2, .min_samples = 10});
  model.fit(data, {.threads = 2});
  CHECK(memory.peak_bytes() < 100 << 20);
  CHECK(model.n_clusters() >= 6);
}

#if defined(__x86_64__)
TEST_CASE("Every instruction set scans alike", "[dbscan]") {
  using namespace grove::cluster;
  std::vector<std::pair<const CellScan*, const ChunkScan*>> sets{
      {&cluster::baseline::cell_scan, &cluster::baseline::chunk_scan}};
  if (__builtin_cpu_supports("avx2"))
    sets.push_back({&cluster::avx2::cell_scan, &cluster::avx2::chunk_scan});
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    sets.push_back({&cluster::avx512::cell_scan, &cluster::avx512::chunk_scan});
  constexpr std::uint32_t n = 160;
  for (int d = 1; d <= 4; ++d) {
    // 0.1 k: differences and squares are rounded, and many are about the limit.
    const Matrix x = 0.1 * lattice(n + scan_padding, d, 9, 71 + static_cast<std::uint64_t>(d));
    const Eigen::MatrixXd columns = x;
    CellPoints points{.d = d, .limit = 0.1 * 0.1 * 5};
    for (int j = 0; j < d; ++j) points.columns[j] = columns.col(j).data();
    const Places ranges[] = {{3, 50}, {60, 61}, {70, n}};
    std::vector<std::vector<double>> answers;
    for (const auto& [cells, chunks] : sets) {
      std::vector<double> answer(20);
      std::uint64_t evaluations = 0;
      cells->weigh(points, {10, 30}, ranges, 3, 12, answer.data(), evaluations);
      for (std::uint32_t i = 0; i < 40; ++i) {
        answer.push_back(cells->any_pair(points, {i, i + 2}, {100 + i, 103 + i}, evaluations));
        answer.push_back(cells->first_within(points, x.row(i).data(), {80, 80 + i}, evaluations));
      }
      answer.push_back(static_cast<double>(evaluations));
      for (const KdMetric metric : {KdMetric::euclidean, KdMetric::manhattan, KdMetric::chebyshev})
        for (int q = 0; q < kd_lanes; ++q) {
          std::uint32_t masks[2];
          const double limit = metric == KdMetric::euclidean ? points.limit : 0.1 * 3;
          // Any memory will do as chunks.
          chunks->within(columns.data(), 2, d, columns.data() + q, metric, limit, masks);
          answer.insert(answer.end(), {double(masks[0]), double(masks[1])});
          const std::vector<float> box(static_cast<std::size_t>(2 * d), 0.05F * float(q));
          answer.push_back(chunks->near_box(columns.data(), d, box.data(), metric, limit));
        }
      answers.push_back(answer);
    }
    for (const auto& answer : answers) CHECK(answer == answers.front());
  }
}
#endif

TEST_CASE("DBSCAN refuses what it cannot take", "[dbscan]") {
  const Matrix x = clouds(50, 2, 2, 1);
  const auto refusal = [&](const DBSCANParams& params, const Matrix& points) {
    return message_of([&] { DBSCAN(params).fit(points); });
  };
  CHECK(refusal({.eps = 0}, x) == "DBSCAN: parameter 'eps' must be a number > 0, got 0.0");
  CHECK(refusal({.eps = -1}, x) == "DBSCAN: parameter 'eps' must be a number > 0, got -1.0");
  CHECK(refusal({.eps = std::nan("")}, x).find("DBSCAN: parameter 'eps' must be a number > 0") ==
        0);
  CHECK(refusal({.min_samples = 0}, x).find("DBSCAN: parameter 'min_samples' must be") == 0);
  Matrix holed = x;
  holed(3, 1) = std::nan("");
  CHECK(refusal({}, holed).find("DBSCAN cannot take missing values: column 'c1'") == 0);
  CHECK(refusal({.metric = Metric::manhattan, .algorithm = DBSCANAlgorithm::grid}, x) ==
        "DBSCAN: a grid serves the metrics euclidean and mahalanobis of 1 to 4 columns, got "
        "'manhattan' of 2");
  CHECK(refusal({.algorithm = DBSCANAlgorithm::grid}, Matrix::Zero(9, 5)).find("of 5") !=
        std::string::npos);
  CHECK(refusal({.metric = Metric::cosine, .algorithm = DBSCANAlgorithm::kd_tree}, x)
            .find("cannot search by the metric 'cosine'") != std::string::npos);
  CHECK(refusal({.metric = Metric::haversine}, 100 * x).find("'haversine'") != std::string::npos);
  CHECK(refusal({}, 1e300 * x).find("overflow") != std::string::npos);
  struct Own {
    double operator()(const double*, const double*, Index) const { return 0; }
  };
  DBSCAN own({.metric = Own{}});
  own.fit(x);
  CHECK(own.n_clusters() == 1);
  CHECK_THROWS_AS(own.save_state(), Unsupported);
  CHECK_THROWS_AS(DBSCAN().labels(), NotFitted);
}
