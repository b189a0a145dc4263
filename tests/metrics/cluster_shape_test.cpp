#include <catch2/catch.hpp>
#include <cstring>

#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/metrics/clustering.hpp"
#include "metrics/pair_distances.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::metrics;
using grove::testing::close;
using grove::testing::reference;

namespace {

Matrix points(Index n, Index d, const Labels& labels, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < n; ++i)
    for (Index c = 0; c < d; ++c)
      x(i, c) = rng.normal() + static_cast<double>((labels[i] * (c + 3)) % 7);
  return x;
}

/// Clusters 0, 1, 2, ... of the given sizes, in random order.
Labels mixed_labels(const std::vector<Index>& sizes, std::uint64_t seed) {
  std::vector<int> labels;
  for (std::size_t c = 0; c < sizes.size(); ++c)
    labels.insert(labels.end(), static_cast<std::size_t>(sizes[c]), static_cast<int>(c));
  Rng(seed).shuffle(labels);
  return Eigen::Map<const Labels>(labels.data(), static_cast<Index>(labels.size()));
}

Vector brute_silhouettes(const Matrix& x, const Labels& labels) {
  const Index n = x.rows();
  const int k = labels.maxCoeff() + 1;
  Vector size = Vector::Zero(k);
  for (const int label : labels) size[label] += 1;
  Vector result(n);
  for (Index i = 0; i < n; ++i) {
    Vector sum = Vector::Zero(k);
    for (Index j = 0; j < n; ++j) sum[labels[j]] += (x.row(i) - x.row(j)).norm();
    const double inside = sum[labels[i]] / std::max(1.0, size[labels[i]] - 1);
    double outside = HUGE_VAL;
    for (int c = 0; c < k; ++c)
      if (c != labels[i]) outside = std::min(outside, sum[c] / size[c]);
    result[i] = size[labels[i]] == 1 ? 0 : (outside - inside) / std::max(inside, outside);
  }
  return result;
}

bool same_bits(const Vector& a, const Vector& b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("silhouettes of large, small and single clusters", "[silhouette]") {
  std::vector<Index> tiny(700, 2);
  tiny[3] = 1;
  tiny.push_back(1100);  // one that is cut into pieces among many small ones
  const std::vector<std::vector<Index>> shapes{
      {1700, 1300}, {2, 1}, {1, 1, 1, 2500, 3, 600}, {300, 400, 513, 511, 17, 16, 15}, tiny};
  for (std::size_t s = 0; s < shapes.size(); ++s)
    for (const Index d : {1, 3, 16}) {
      INFO("shape " << s << ", " << d << " columns");
      const Labels labels = mixed_labels(shapes[s], s);
      const Matrix x = points(labels.size(), d, labels, s + 9);
      const Vector found = silhouette_samples(x, labels, {.threads = 2});
      CHECK((found - brute_silhouettes(x, labels)).cwiseAbs().maxCoeff() < 1e-12);
      for (const int threads : {1, 3, 7})
        CHECK(same_bits(found, silhouette_samples(x, labels, {.threads = threads})));
    }
}

TEST_CASE("silhouettes count each pair once", "[silhouette]") {
  const Labels labels = mixed_labels({9000, 7000, 4000}, 1);
  const Matrix x = points(labels.size(), 2, labels, 2);
  Ledger ledger;
  silhouette(x, labels, {.ledger = &ledger});
  const double pairs = 20000.0 * 20000;
  const auto counted = static_cast<double>(ledger.counts().at("distance_evaluations"));
  CHECK(counted > 0.5 * pairs);
  CHECK(counted < 0.53 * pairs);  // a panel against itself is computed whole
}

TEST_CASE("distance kernels agree to the bit", "[silhouette]") {
  constexpr int n_rows = 7;
  constexpr int n_groups = 5;
  constexpr int width = n_groups * distance_lanes;
  Rng rng(5);
  for (const Index d : {1, 2, 16, 33}) {
    std::vector<double> rows(static_cast<std::size_t>(n_rows * d));
    std::vector<double> groups(static_cast<std::size_t>(width * d));
    for (double& value : rows) value = rng.normal() * 1e3;
    for (double& value : groups) value = rng.normal() * 1e3;
    const std::vector<int> column_borders{0, 3, 8, 23, 38};
    const std::vector<int> row_borders{0, 1, 7};
    const auto run = [&](const DistanceKernels& kernels) {
      Vector out = Vector::Zero(n_rows * width * 2 + n_rows * 4 + 2 * width + 1);
      double* const squares = out.data() + n_rows * width;
      double* const row_sums = squares + n_rows * width;
      double* const column_sums = row_sums + n_rows * 4;
      kernels.distances({rows.data(), n_rows, groups.data(), n_groups, d, out.data()});
      kernels.squares({rows.data(), n_rows, groups.data(), n_groups, d, squares});
      const SumTask sums{
          out.data(), n_rows,   width, column_borders.data(), 4,    row_borders.data(),
          2,          row_sums, 4,     column_sums,           width};
      kernels.add_rows(sums);
      kernels.add_columns(sums);
      out[out.size() - 1] =
          kernels.least_reach({squares, n_rows, width, rows.data(), groups.data()});
      return out;
    };
    const Vector expected = run(baseline::distance_kernels());
    CHECK(expected.allFinite());
    CHECK(expected.head(n_rows * width).minCoeff() > 0);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) CHECK(same_bits(expected, run(avx2::distance_kernels())));
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
      CHECK(same_bits(expected, run(avx512::distance_kernels())));
#endif
  }
}

TEST_CASE("dbcv agrees with its definition written out", "[dbcv]") {
  const nlohmann::json numbers = reference("dbcv");
  for (const nlohmann::json& c : numbers.at("cases")) {
    const Matrix x = testing::to_matrix(c.at("x"));
    const Labels labels = testing::to_labels(c.at("labels"));
    const Vector each = dbcv_of_clusters(x, labels);
    CHECK(close(Matrix(each), Matrix(testing::to_vector(c.at("of_clusters"))), 1e-10));
    CHECK(dbcv(x, labels) == Approx(c.at("index").get<double>()).epsilon(1e-10));
  }
}

TEST_CASE("dbcv follows shape where silhouettes do not", "[dbcv]") {
  const nlohmann::json numbers = reference("dbcv");
  const Matrix x = testing::to_matrix(numbers.at("cases").at(0).at("x"));
  const Labels crescents = testing::to_labels(numbers.at("cases").at(0).at("labels"));
  const Labels cut = testing::to_labels(numbers.at("cases").at(1).at("labels"));
  CHECK(dbcv(x, crescents) > dbcv(x, cut) + 0.5);
  CHECK(silhouette(x, cut) > silhouette(x, crescents));
}

TEST_CASE("dbcv: threads, noise, single rows, scale and names", "[dbcv]") {
  const Labels labels = mixed_labels({300, 200, 150}, 3);
  const Matrix x = points(labels.size(), 3, labels, 4);
  const double index = dbcv(x, labels, {.threads = 1});
  const Vector each = dbcv_of_clusters(x, labels, {.threads = 1});
  for (const int threads : {2, 3, 7}) {
    CHECK(dbcv(x, labels, {.threads = threads}) == index);
    CHECK(same_bits(each, dbcv_of_clusters(x, labels, {.threads = threads})));
  }
  CHECK(dbcv(x, 100 - 7 * labels.array()) == Approx(index).epsilon(1e-12));
  CHECK(dbcv(x * 0x1p-300, labels) == Approx(index).epsilon(1e-12));
  // Noise takes its share away and changes no cluster.
  Matrix more(x.rows() + 50, 3);
  more << x, Matrix::Constant(50, 3, 1.5);
  Labels with_noise(more.rows());
  with_noise << labels, Labels::Constant(50, -1);
  CHECK(dbcv(more, with_noise) == Approx(index * 650 / 700).epsilon(1e-12));
  with_noise[with_noise.size() - 1] = 3;  // a cluster of one row
  const Vector four = dbcv_of_clusters(more, with_noise);
  REQUIRE(four.size() == 4);
  CHECK(std::isnan(four[3]));
  CHECK(four.head(3) == each);
}

TEST_CASE("dbcv of coinciding points and bad input", "[dbcv]") {
  Matrix x(6, 2);
  x << 1, 1, 1, 1, 1, 1, 4, 5, 4, 5, 4, 5;
  Labels labels(6);
  labels << 0, 0, 0, 1, 1, 1;
  CHECK(dbcv(x, labels) == 1);  // no gap inside, one of 5 between
  const auto message = [&](const Matrix& points, const Labels& of) -> std::string {
    try {
      dbcv(points, of);
    } catch (const InvalidData& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  labels << 0, 0, 0, 1, -1, -1;
  CHECK(message(x, labels) ==
        "dbcv: expected at least 2 clusters of more than one row, got 1 on 6 rows");
  CHECK(message(x, Labels::Zero(5)) ==
        "dbcv: x has 6 rows and labels has 5; expected equal lengths");
  x(2, 1) = 1e200;
  CHECK(message(x, labels) ==
        "dbcv: a value is beyond 1e150, and squared distances would overflow");
  x(2, 1) = std::nan("");
  CHECK(message(x, labels) == "dbcv: x must be finite, got nan in row 2, column 1");
}
