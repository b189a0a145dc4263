#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "cluster/k_means/center_blocks.hpp"
#include "cluster/k_means/exact_sums.hpp"
#include "core/text.hpp"
#include "grove/cluster/k_means.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

// The methods of KMeans give the same bits as Lloyd's.

using namespace grove;
using namespace grove::testing;

namespace {

struct Problem {
  std::string name;
  Matrix x;
  Vector weights;  // empty: none
  int k;
};

Matrix normal(Index n, Index d, Rng& rng) {
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal();
  return x;
}

Matrix clouds(Index n, Index d, Index n_clouds, double apart, Rng& rng) {
  const Matrix centers = apart * normal(n_clouds, d, rng);
  Matrix x = normal(n, d, rng);
  for (Index i = 0; i < n; ++i) x.row(i) += centers.row(rng.below(n_clouds));
  return x;
}

Matrix grid(Index n, Index d, Index values, Rng& rng) {
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = static_cast<double>(rng.below(values));
  return x;
}

Vector drawn_weights(Index n, double power, Rng& rng) {
  Vector weights(n);
  for (double& weight : weights) weight = std::pow(rng.uniform() + 1e-3, power);
  return weights;
}

std::vector<Problem> smooth_problems(Rng& rng) {
  std::vector<Problem> all;
  for (const auto& [n, d, k] : std::vector<std::tuple<Index, Index, int>>{{700, 1, 8},
                                                                          {900, 2, 20},
                                                                          {1200, 3, 33},
                                                                          {800, 8, 17},
                                                                          {1500, 16, 40},
                                                                          {600, 33, 12},
                                                                          {400, 100, 25},
                                                                          {150, 257, 10}})
    all.push_back({concat("clouds ", n, " x ", d), clouds(n, d, k, 2, rng), {}, k});
  all.push_back({"noise 40-D", normal(500, 40, rng), {}, 30});
  all.push_back({"two clusters", clouds(300, 5, 2, 3, rng), {}, 2});
  all.push_back({"one cluster", normal(100, 4, rng), {}, 1});
  all.push_back({"far from the origin", clouds(600, 6, 9, 1, rng).array() + 1e9, {}, 9});
  all.push_back({"tiny", clouds(500, 40, 9, 1, rng) * 1e-140, {}, 9});
  all.push_back({"huge", clouds(500, 3, 9, 1, rng) * 1e138, {}, 9});
  return all;
}

std::vector<Problem> hard_problems(Rng& rng) {
  std::vector<Problem> all;
  all.push_back({"grid 2-D", grid(900, 2, 6, rng), {}, 13});
  all.push_back({"grid 40-D", grid(300, 40, 2, rng), {}, 16});
  Matrix twice(600, 7);
  twice.topRows(300) = clouds(300, 7, 5, 1, rng);
  twice.bottomRows(300) = twice.topRows(300);
  all.push_back({"every point twice", twice, {}, 24});
  Matrix outlier = clouds(400, 34, 6, 1, rng);
  outlier.row(17) *= 1e6;
  all.push_back({"an outlier", outlier, {}, 11});
  Matrix uneven = clouds(500, 36, 6, 1, rng);
  for (Index j = 0; j < uneven.cols(); ++j)
    uneven.col(j) *= std::pow(10.0, static_cast<double>(j % 13));
  all.push_back({"columns of other scales", uneven, {}, 11});
  all.push_back({"weights 3-D", clouds(800, 3, 9, 1, rng), drawn_weights(800, 4, rng), 15});
  all.push_back({"weights 50-D", clouds(400, 50, 9, 1, rng), drawn_weights(400, 8, rng), 12});
  all.push_back({"grid with weights", grid(500, 3, 4, rng), drawn_weights(500, 2, rng), 9});
  return all;
}

KMeans fitted(const Problem& problem, KMeansAlgorithm algorithm, KMeansInit init,
              std::uint64_t seed, int threads = 1) {
  KMeans model({.n_clusters = problem.k,
                .init = init,
                .n_init = 1,
                .tol = 0,
                .seed = seed,
                .algorithm = algorithm});
  Dataset data = Dataset::borrow(problem.x);
  if (problem.weights.size() > 0) data = data.with_weights(problem.weights);
  model.fit(data, {.threads = threads});
  return model;
}

/// Labels, centres, inertia and the whole loss curve: to the last bit.
bool same(const KMeans& a, const KMeans& b) {
  return a.labels() == b.labels() && a.cluster_centers() == b.cluster_centers() &&
         a.inertia() == b.inertia() && a.report().loss_curve == b.report().loss_curve &&
         a.report().converged == b.report().converged;
}

constexpr auto pruned = {KMeansAlgorithm::hamerly, KMeansAlgorithm::elkan, KMeansAlgorithm::yinyang,
                         KMeansAlgorithm::automatic};

}  // namespace

TEST_CASE("Every method of k-means gives the bits of Lloyd's") {
  Rng rng(11);
  std::vector<Problem> problems = smooth_problems(rng);
  for (Problem& problem : hard_problems(rng)) problems.push_back(std::move(problem));
  REQUIRE(problems.size() >= 20);
  for (const Problem& problem : problems)
    for (const KMeansInit init : {KMeansInit::random, KMeansInit::k_means_plus_plus})
      for (const std::uint64_t seed : {1U, 2U, 3U}) {
        INFO(problem.name << ", seed " << seed);
        const KMeans lloyd = fitted(problem, KMeansAlgorithm::lloyd, init, seed);
        for (const KMeansAlgorithm algorithm : pruned) {
          const KMeans other = fitted(problem, algorithm, init, seed, seed == 1 ? 2 : 1);
          CHECK(same(other, lloyd));
          CHECK(other.predict(problem.x) == lloyd.labels());
        }
      }
}

TEST_CASE("Every method re-seeds empty clusters alike") {
  Rng rng(5);
  for (const Index d : {2, 3, 40}) {
    const Matrix x = clouds(400, d, 7, 2, rng);
    Matrix start = x.topRows(16);
    start.bottomRows(6).setConstant(1e4);  // lose all their points
    start.row(1) = start.row(0);
    const auto fit = [&](KMeansAlgorithm algorithm) {
      KMeans model({.n_clusters = 16, .tol = 0, .algorithm = algorithm});
      return model.fit_from(x, start);
    };
    const KMeans lloyd = fit(KMeansAlgorithm::lloyd);
    for (const KMeansAlgorithm algorithm : pruned) CHECK(same(fit(algorithm), lloyd));
    std::vector<int> used(lloyd.labels().data(), lloyd.labels().data() + lloyd.labels().size());
    std::sort(used.begin(), used.end());
    CHECK(std::unique(used.begin(), used.end()) - used.begin() == 16);
  }
}

TEST_CASE("Bounds leave out most distances, and the work does not depend on the threads") {
  Rng rng(3);
  for (const auto& [d, algorithm] : {std::pair{Index{4}, KMeansAlgorithm::hamerly},
                                     std::pair{Index{16}, KMeansAlgorithm::yinyang},
                                     std::pair{Index{64}, KMeansAlgorithm::elkan}}) {
    const Problem problem{"clouds", clouds(6000, d, 30, 2, rng), {}, 40};
    const auto work = [&](KMeansAlgorithm method, int threads) {
      return fitted(problem, method, KMeansInit::random, 1, threads)
          .report()
          .work.at("distance_evaluations");
    };
    CHECK(work(algorithm, 1) < work(KMeansAlgorithm::lloyd, 1) / 2);
    for (const int threads : {2, 3, 7}) CHECK(work(algorithm, threads) == work(algorithm, 1));
  }
}

TEST_CASE("k-means gives the same bytes for 1, 2, 3 and 7 threads") {
  Rng rng(8);
  for (const Index d : {3, 48}) {
    Problem problem{"clouds", clouds(3000, d, 12, 1, rng), drawn_weights(3000, 3, rng), 14};
    for (const KMeansInit init :
         {KMeansInit::random, KMeansInit::k_means_plus_plus, KMeansInit::k_means_parallel})
      for (const KMeansAlgorithm algorithm : {KMeansAlgorithm::lloyd, KMeansAlgorithm::hamerly,
                                              KMeansAlgorithm::elkan, KMeansAlgorithm::yinyang}) {
        const KMeans one = fitted(problem, algorithm, init, 4);
        for (const int threads : {2, 3, 7})
          CHECK(same(fitted(problem, algorithm, init, 4, threads), one));
      }
  }
}

TEST_CASE("k-means|| starts as well as k-means++") {
  Rng rng(2);
  const Problem problem{"clouds", clouds(8000, 4, 40, 6, rng), {}, 40};
  const auto start = [&](KMeansInit init) {
    double sum = 0;
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U})
      sum += fitted(problem, KMeansAlgorithm::automatic, init, seed).report().loss_curve.front();
    return sum;
  };
  CHECK(start(KMeansInit::k_means_parallel) < 1.2 * start(KMeansInit::k_means_plus_plus));
  CHECK(start(KMeansInit::k_means_parallel) < 0.5 * start(KMeansInit::random));
  Rng small(4);
  const Matrix few = grid(60, 2, 3, small);  // 9 different points
  KMeans model({.n_clusters = 9, .init = KMeansInit::k_means_parallel});
  CHECK(model.fit(few).inertia() == 0);
  CHECK_THROWS_AS(KMeans({.n_clusters = 10, .init = KMeansInit::k_means_parallel}).fit(few),
                  InvalidData);
}

TEST_CASE("Wide data equal scikit-learn") {
  const auto reference = grove::testing::reference("k_means_family");
  REQUIRE(reference["wide"].size() == 2);
  for (const auto& item : reference["wide"])
    for (const KMeansAlgorithm algorithm : {KMeansAlgorithm::lloyd, KMeansAlgorithm::elkan}) {
      const Matrix start = to_matrix(item["start"]);
      KMeans model(
          {.n_clusters = static_cast<int>(start.rows()), .tol = 0, .algorithm = algorithm});
      model.fit_from(to_matrix(item["x"]), start);
      CHECK(model.labels() == to_labels(item["labels"]));
      CHECK(close(model.cluster_centers(), to_matrix(item["centers"]), 1e-10));
      CHECK(close(model.inertia(), to_double(item["inertia"]), 1e-10));
      CHECK(model.report().iterations == item["n_iter"].get<Index>());
    }
}

TEST_CASE("The loss curve is the inertia at the start of each iteration") {
  Rng rng(6);
  const Matrix x = clouds(500, 3, 5, 2, rng).array() + 100;
  const Matrix start = x.topRows(5);
  KMeans whole({.n_clusters = 5, .tol = 0});
  whole.fit_from(x, start);
  const std::vector<double>& curve = whole.report().loss_curve;
  REQUIRE(curve.size() > 3);
  for (int n = 1; n < static_cast<int>(curve.size()); ++n) {
    KMeans some({.n_clusters = 5, .max_iter = n, .tol = 0});
    some.fit_from(x, start);
    CHECK(close(some.inertia(), curve[static_cast<std::size_t>(n)], 1e-11));
  }
}

TEST_CASE("All ways to a squared distance give the same bits") {
  Rng rng(9);
  for (Index d = 1; d <= 40; ++d) {
    const Matrix centers = normal(11, d, rng);
    const Matrix points = normal(5, d, rng);
    const cluster::CenterBlocks blocks(centers);
    for (Index i = 0; i < points.rows(); ++i) {
      double all[11];
      blocks.squared(points.row(i).data(), all);
      for (Index c = 0; c < centers.rows(); ++c) {
        const double one =
            cluster::squared_distance(points.row(i).data(), centers.row(c).data(), d);
        CHECK(all[c] == one);
        CHECK(close(one, (points.row(i) - centers.row(c)).squaredNorm(), 1e-14));
        const auto kernels = {cluster::baseline::center_kernels(), cluster::center_kernels()};
        for (const cluster::CenterKernels& kernel : kernels)
          CHECK(kernel.squared(points.row(i).data(), centers.row(c).data(), d) == one);
      }
    }
  }
}

TEST_CASE("The inner loops of k-means give the same bits on every instruction set") {
  std::vector<cluster::CenterKernels> sets{cluster::baseline::center_kernels()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    sets.push_back(cluster::avx2::center_kernels());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    sets.push_back(cluster::avx512::center_kernels());
#endif
  Rng rng(12);
  for (const Index d : {1, 2, 7, 8, 9, 16, 31, 40, 100}) {
    const Matrix x = normal(10, d, rng);
    const Matrix cutters = Matrix::Constant(1, d, 1.5 * 0x1p20);
    std::vector<std::vector<double>> results;
    for (const cluster::CenterKernels& kernel : sets) {
      std::vector<double> result(8 + static_cast<std::size_t>(3 * d));
      kernel.squared_block(x.row(9).data(), x.data(), d, result.data());
      cluster::SumTask task;
      task.cutters = cutters.data();
      task.step = 0x1p-30;
      task.d = d;
      task.sums = result.data() + 8;
      for (Index i = 0; i < 10; ++i) {
        task.point = x.row(i).data();
        task.weight = i % 2 == 0 ? 0.7 : -1.3;
        kernel.add(task);
      }
      std::vector<float> packed(static_cast<std::size_t>((d + 15) / 16 * 16));
      result.push_back(kernel.pack(x.row(0).data(), x.row(1).data(), 0.25, d,
                                   static_cast<Index>(packed.size()), packed.data()));
      result.insert(result.end(), packed.begin(), packed.end());
      results.push_back(result);
    }
    for (const std::vector<double>& result : results) CHECK(result == results.front());
  }
}

TEST_CASE("The scan finds the least and the next score on every instruction set") {
  std::vector<cluster::CenterKernels> sets{cluster::baseline::center_kernels()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    sets.push_back(cluster::avx2::center_kernels());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    sets.push_back(cluster::avx512::center_kernels());
#endif
  Rng rng(13);
  for (const cluster::CenterKernels& kernel : sets)
    for (const int k : {1, 2, 15, 16, 17, 33, 64, 70, 113})
      for (const Index n : {1, 7, 8, 13}) {
        const Index d = 1 + rng.below(20);
        // Small whole numbers: float arithmetic is exact, and ties are many.
        const Matrix points = grid(n, d, 3, rng);
        const Matrix centers = grid(k, d, 3, rng);
        const auto lanes = static_cast<Index>(kernel.lanes);
        const Index n_vectors = (k + lanes - 1) / lanes;
        std::vector<float> x(static_cast<std::size_t>((n + kernel.tile) * d));
        for (Index i = 0; i < points.size(); ++i)
          x[static_cast<std::size_t>(i)] = static_cast<float>(points.data()[i]);
        std::vector<float> packed(static_cast<std::size_t>(n_vectors * lanes * d));
        std::vector<float> halves(static_cast<std::size_t>(n_vectors * lanes),
                                  std::numeric_limits<float>::infinity());
        for (Index c = 0; c < k; ++c) {
          halves[static_cast<std::size_t>(c)] =
              static_cast<float>(centers.row(c).squaredNorm() / 2);
          for (Index j = 0; j < d; ++j)
            packed[static_cast<std::size_t>((c / lanes * d + j) * lanes + c % lanes)] =
                static_cast<float>(centers(c, j));
        }
        std::vector<float> best(static_cast<std::size_t>(n));
        std::vector<float> second(static_cast<std::size_t>(n));
        std::vector<int> labels(static_cast<std::size_t>(n));
        cluster::ScanTask task;
        task.points = x.data();
        task.stride = d;
        task.n_points = static_cast<int>(n);
        task.centers = packed.data();
        task.half_norms = halves.data();
        task.n_vectors = static_cast<int>(n_vectors);
        task.d = d;
        task.best = best.data();
        task.second = second.data();
        task.label = labels.data();
        kernel.scan(task);
        for (Index i = 0; i < n; ++i) {
          std::vector<float> scores;
          for (Index c = 0; c < k; ++c)
            scores.push_back(static_cast<float>(centers.row(c).squaredNorm() / 2 -
                                                centers.row(c).dot(points.row(i))));
          const auto at = static_cast<std::size_t>(i);
          CHECK(scores[static_cast<std::size_t>(labels[at])] == best[at]);
          std::sort(scores.begin(), scores.end());
          CHECK(best[at] == scores[0]);
          if (k > 1) CHECK(second[at] == scores[1]);
        }
      }
}

TEST_CASE("Exact sums forget what is taken away, whatever the order") {
  Rng rng(10);
  const Index n = 500;
  Matrix x = normal(n, 11, rng);
  for (Index i = 0; i < n; ++i) x.row(i) *= std::pow(10.0, static_cast<double>(i % 9) - 4);
  const Vector weights = drawn_weights(n, 5, rng);
  const cluster::Points points{x, &weights};
  const cluster::PointSurvey survey = cluster::survey(points, {});
  const cluster::SumFrame frame(survey, n);
  cluster::ExactSums once(1, 11, frame);
  for (Index i = 0; i < n; i += 2) once.add(0, x.row(i).data(), weights(i));
  cluster::ExactSums again(1, 11, frame);
  cluster::ExactSums part(1, 11, frame);
  for (const Index i : rng.permutation(n)) {
    cluster::ExactSums& sums = i % 3 == 0 ? part : again;
    sums.add(0, x.row(i).data(), weights(i));
  }
  again.take(part);
  for (const Index i : rng.permutation(n))
    if (i % 2 != 0) again.remove(0, x.row(i).data(), weights(i));
  Vector a(11);
  Vector b(11);
  once.mean(0, a.data());
  again.mean(0, b.data());
  CHECK(a == b);
  CHECK(once.weight(0) == again.weight(0));
  CHECK(once.count(0) == again.count(0));
  Eigen::Matrix<long double, 1, Eigen::Dynamic> sum =
      Eigen::Matrix<long double, 1, Eigen::Dynamic>::Zero(11);
  long double total = 0;
  for (Index i = 0; i < n; i += 2) {
    sum += x.row(i).cast<long double>() * static_cast<long double>(weights(i));
    total += static_cast<long double>(weights(i));
  }
  for (Index j = 0; j < 11; ++j) CHECK(close(a(j), static_cast<double>(sum(j) / total), 1e-14));
}

TEST_CASE("k-means of a few points") {
  for (const KMeansAlgorithm algorithm : {KMeansAlgorithm::lloyd, KMeansAlgorithm::hamerly,
                                          KMeansAlgorithm::elkan, KMeansAlgorithm::yinyang}) {
    KMeans one({.n_clusters = 1, .algorithm = algorithm});
    const Matrix point = Matrix::Constant(1, 3, 0.1);
    CHECK(one.fit(point).inertia() == 0);
    CHECK(one.cluster_centers() == point);
    const Matrix equal = Matrix::Constant(7, 3, 0.1);
    CHECK(one.fit(equal).inertia() == 0);
    CHECK(one.cluster_centers() == point);
    KMeans two({.n_clusters = 2, .algorithm = algorithm});
    CHECK(message_of([&] { two.fit(equal); }) ==
          "KMeans: n_clusters = 2, but the data have only 1 distinct point");
    Matrix start(2, 3);
    start << 0, 0, 0, 1, 1, 1;
    CHECK(message_of([&] { two.fit_from(equal, start); }) ==
          "KMeans: n_clusters = 2, but the data have only 1 distinct point");
    Matrix missing = equal;
    missing(2, 1) = std::nan("");
    CHECK_THROWS_AS(two.fit(missing), InvalidData);
  }
}
