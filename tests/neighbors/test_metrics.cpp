#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/neighbors/k_neighbors.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::message_of;

// Every metric against its formula, over every algorithm that serves it.

namespace {

using Formula = std::function<double(const double*, const double*, Index)>;

/// Two plain loops and a sort.
IndexMatrix nearest_by(const Formula& distance, const Matrix& points, const Matrix& queries,
                       Index k, Matrix& distances) {
  IndexMatrix rows(queries.rows(), k);
  distances.resize(queries.rows(), k);
  for (Index i = 0; i < queries.rows(); ++i) {
    std::vector<std::pair<double, Index>> all;
    for (Index j = 0; j < points.rows(); ++j)
      all.emplace_back(distance(queries.row(i).data(), points.row(j).data(), points.cols()), j);
    std::sort(all.begin(), all.end());
    for (Index h = 0; h < k; ++h) {
      rows(i, h) = all[static_cast<std::size_t>(h)].second;
      distances(i, h) = all[static_cast<std::size_t>(h)].first;
    }
  }
  return rows;
}

Matrix random_points(Index n, Index d, std::uint64_t seed, bool grid) {
  Rng rng(seed);
  Matrix x(n, d);
  for (double& value : x.reshaped())
    value = grid ? static_cast<double>(rng.below(4)) + 1 : rng.normal();
  return x;
}

Matrix random_places(Index n, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, 2);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = std::asin(2 * rng.uniform() - 1);
    x(i, 1) = std::numbers::pi * (2 * rng.uniform() - 1);
  }
  return x;
}

/// How far the search is from the formula: distances differ by more than rounding, or rows where
/// the formula tells them apart.
Index differences(const NearestNeighborsParams& params, const Matrix& points, const Matrix& queries,
                  const Formula& formula, Index k) {
  NearestNeighbors model(params);
  model.fit(points);
  const Neighbors found = model.kneighbors(queries, k, {.threads = 2});
  Matrix expected;
  const IndexMatrix rows = nearest_by(formula, points, queries, k, expected);
  Index wrong = 0;
  for (Index i = 0; i < rows.rows(); ++i)
    for (Index h = 0; h < k; ++h) {
      if (std::abs(found.distances(i, h) - expected(i, h)) > 1e-12 * (1 + expected(i, h))) ++wrong;
      const double own =
          formula(queries.row(i).data(), points.row(found.rows(i, h)).data(), points.cols());
      if (std::abs(own - expected(i, h)) > 1e-12 * (1 + own)) ++wrong;
    }
  return wrong;
}

double cosine(const double* a, const double* b, Index n) {
  double product = 0, a2 = 0, b2 = 0;
  for (Index j = 0; j < n; ++j) {
    product += a[j] * b[j];
    a2 += a[j] * a[j];
    b2 += b[j] * b[j];
  }
  return 1 - product / std::sqrt(a2 * b2);
}

double hamming(const double* a, const double* b, Index n) {
  double differ = 0;
  for (Index j = 0; j < n; ++j) differ += a[j] == b[j] ? 0 : 1;
  return differ / static_cast<double>(n);
}

double haversine(const double* a, const double* b, Index) {
  const double u = std::sin((a[0] - b[0]) / 2);
  const double v = std::sin((a[1] - b[1]) / 2);
  return 2 * std::asin(std::sqrt(u * u + std::cos(a[0]) * std::cos(b[0]) * v * v));
}

struct CityBlock {
  static constexpr bool is_metric = true;
  double operator()(const double* a, const double* b, Index n) const {
    double sum = 0;
    for (Index j = 0; j < n; ++j) sum += std::abs(a[j] - b[j]);
    return sum;
  }
};

struct CityBlockByTerm {
  static constexpr bool is_metric = true;
  double term(double a, double b) const { return std::abs(a - b); }
};

struct EuclideanByTerm {
  static constexpr bool is_metric = true;
  double term(double a, double b) const { return (a - b) * (a - b); }
  double finish(double sum) const { return std::sqrt(sum); }
};

struct NoMetric {
  double term(double a, double b) const { return (a - b) * (a - b); }
};

}  // namespace

TEST_CASE("Metrics are what their formulas say") {
  for (const bool grid : {false, true}) {
    const Matrix points = random_points(700, 4, 1, grid);
    const Matrix queries = random_points(150, 4, 2, grid);
    CHECK(differences({.metric = Metric::cosine}, points, queries, cosine, 9) == 0);
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::ball_tree})
      CHECK(differences({.algorithm = algorithm, .metric = Metric::hamming}, points, queries,
                        hamming, 9) == 0);
    // Mahalanobis by the inverse of the covariance, written out.
    const Eigen::RowVectorXd mean = points.colwise().mean();
    const Matrix centered = points.rowwise() - mean;
    const Matrix inverse =
        (centered.transpose() * centered / static_cast<double>(points.rows() - 1)).inverse();
    const Formula mahalanobis = [&](const double* a, const double* b, Index n) {
      const Vector difference = Eigen::Map<const Vector>(a, n) - Eigen::Map<const Vector>(b, n);
      return std::sqrt(std::max(0.0, difference.dot(inverse * difference)));
    };
    for (const Algorithm algorithm : {Algorithm::brute, Algorithm::kd_tree, Algorithm::ball_tree,
                                      Algorithm::cells, Algorithm::nanoflann}) {
      CHECK(differences({.algorithm = algorithm, .metric = Metric::mahalanobis}, points, queries,
                        mahalanobis, 9) == 0);
      CHECK(differences({.algorithm = algorithm, .metric = Distance::mahalanobis(inverse)}, points,
                        queries, mahalanobis, 9) == 0);
    }
  }
  for (const Algorithm algorithm : {Algorithm::brute, Algorithm::ball_tree})
    CHECK(differences({.algorithm = algorithm, .metric = Metric::haversine}, random_places(900, 3),
                      random_places(100, 4), haversine, 7) == 0);
}

TEST_CASE("Distances are scikit-learn's") {
  const auto reference = grove::testing::reference("outlier");
  const auto check = [&](const char* name, Metric metric, const char* points, double tolerance) {
    NearestNeighbors model({.metric = metric});
    model.fit(grove::testing::to_matrix(reference[points]));
    CHECK(grove::testing::close(model.kneighbors(Index{7}).distances,
                                grove::testing::to_matrix(reference["metrics"][name]), tolerance));
  };
  check("cosine", Metric::cosine, "x", 1e-12);
  check("hamming", Metric::hamming, "codes", 1e-15);
  check("haversine", Metric::haversine, "places", 1e-12);
  check("mahalanobis", Metric::mahalanobis, "x", 1e-12);
}

TEST_CASE("All algorithms that serve a metric find the same to the bit") {
  const auto check_all = [](const Distance& metric, const Matrix& points, const Matrix& queries,
                            const std::vector<Algorithm>& algorithms) {
    NearestNeighbors brute({.algorithm = Algorithm::brute, .metric = metric});
    const Neighbors expected = brute.fit(points).kneighbors(queries, 8);
    const RadiusNeighbors around = brute.radius_neighbors(queries, expected.distances(0, 7));
    for (const Algorithm algorithm : algorithms)
      for (const int leaf_size : {1, 40}) {
        NearestNeighbors model({.algorithm = algorithm, .metric = metric, .leaf_size = leaf_size});
        const Neighbors found = model.fit(points).kneighbors(queries, 8, {.threads = 3});
        CHECK(found.rows == expected.rows);
        CHECK(found.distances == expected.distances);
        const RadiusNeighbors within = model.radius_neighbors(queries, expected.distances(0, 7));
        CHECK(within.rows == around.rows);
        CHECK(within.distances == around.distances);
        CHECK(model.kneighbors(Index{3}).rows == brute.kneighbors(Index{3}).rows);
      }
  };
  for (const bool grid : {false, true}) {
    const Matrix points = random_points(1200, 5, 5, grid);
    const Matrix queries = random_points(200, 5, 6, grid);
    for (const Metric metric : {Metric::euclidean, Metric::manhattan, Metric::mahalanobis})
      check_all(metric, points, queries,
                {Algorithm::kd_tree, Algorithm::ball_tree, Algorithm::cells, Algorithm::nanoflann});
    check_all(Metric::chebyshev, points, queries,
              {Algorithm::kd_tree, Algorithm::ball_tree, Algorithm::cells});
    check_all(Metric::hamming, points, queries, {Algorithm::ball_tree});
    check_all(CityBlock{}, points, queries, {Algorithm::ball_tree});
    check_all(EuclideanByTerm{}, points, queries, {Algorithm::ball_tree});
  }
  check_all(Metric::haversine, random_places(1500, 7), random_places(150, 8),
            {Algorithm::ball_tree});
}

TEST_CASE("A distance of the user's in either form is the built-in one") {
  const Matrix points = random_points(800, 6, 9, true);
  const Neighbors expected =
      NearestNeighbors({.metric = Metric::manhattan}).fit(points).kneighbors(Index{6});
  for (const Distance& own : {Distance(CityBlock{}), Distance(CityBlockByTerm{})}) {
    const Neighbors found = NearestNeighbors({.metric = own}).fit(points).kneighbors(Index{6});
    CHECK(found.rows == expected.rows);
    CHECK(found.distances == expected.distances);
  }
  CHECK(message_of([&] {
          NearestNeighbors({.algorithm = Algorithm::ball_tree, .metric = NoMetric{}}).fit(points);
        }) ==
        "NearestNeighbors: a ball tree cannot search by the metric 'user' unless it says "
        "that it is one");
}

TEST_CASE("Gower's distance takes numbers, categories and missing values") {
  const double none = std::nan("");
  Matrix x(4, 3);
  x << 0, 0, 10,   //
      4, 1, none,  //
      1, 1, 30,    //
      none, 0, 20;
  Dataset data(x, {Column{.name = "a"},
                   Column{.name = "b", .kind = ColumnKind::categorical, .categories = {"u", "v"}},
                   Column{.name = "c"}});
  NearestNeighbors model({.metric = Metric::gower});
  model.fit(data);
  const Neighbors found = model.kneighbors(Index{3});
  // By hand: ranges 4 and 20. 0-1: (1 + 1)/2, 0-2: (1/4 + 1 + 1)/3, 0-3: (0 + 1/2)/2,
  // 1-2: (3/4 + 0)/2, 1-3: 1/1, 2-3: (1 + 1/2)/2.
  IndexMatrix rows(4, 3);
  rows << 3, 2, 1, 2, 0, 3, 1, 0, 3, 0, 2, 1;
  CHECK((found.rows.row(0).array() == rows.row(0).array()).all());
  CHECK(found.distances(0, 0) == Approx(0.25));
  CHECK(found.distances(0, 1) == Approx(0.75));
  CHECK(found.distances(0, 2) == Approx(1.0));
  CHECK(found.distances(1, 0) == Approx(0.375));
  CHECK(found.distances(3, 1) == Approx(0.75));
  // A value far outside counts as 1, and nothing in common too.
  Matrix query(2, 3);
  query << 1e9, 0, none, none, none, none;
  const Neighbors far = model.kneighbors(query, 1);
  CHECK(far.rows(0, 0) == 3);
  CHECK(far.distances(0, 0) == 0);
  CHECK(far.distances(1, 0) == 1);
  // Estimators take what the metric takes.
  KNeighborsClassifier classifier({.n_neighbors = 1, .metric = Metric::gower});
  Labels y(4);
  y << 0, 1, 0, 1;
  classifier.fit(data.with_labels(y, {"no", "yes"}));
  CHECK(classifier.predict(data.x()) == y);
  CHECK_THROWS_AS(KNeighborsClassifier().fit(data.with_labels(y, {"no", "yes"})), InvalidData);
}

TEST_CASE("Points that a metric cannot take are refused by row") {
  Matrix points = random_points(50, 2, 10, false);
  points.row(20).setZero();
  CHECK(message_of([&] { NearestNeighbors({.metric = Metric::cosine}).fit(points); }) ==
        "NearestNeighbors: row 20 holds only zeros and has no direction, which the metric 'cosine' "
        "needs");
  Matrix places = random_places(30, 1);
  places(7, 1) = 150;
  CHECK(message_of([&] {
          NearestNeighbors({.metric = Metric::haversine}).fit(places);
        }).find("NearestNeighbors: row 7 is (") == 0);
  CHECK(message_of([&] {
          NearestNeighbors({.metric = Metric::haversine}).fit(random_points(9, 3, 1, false));
        }) ==
        "NearestNeighbors: the metric 'haversine' takes 2 columns, latitude and longitude in "
        "radians, got 3");
  points.col(1) = points.col(0);
  CHECK(message_of([&] { NearestNeighbors({.metric = Metric::mahalanobis}).fit(points); }) ==
        "NearestNeighbors: the covariance of the 2 columns over 50 rows has no inverse, which the "
        "metric 'mahalanobis' needs");
  CHECK(message_of([&] { (void)Distance::mahalanobis(Matrix::Ones(2, 2)); }) ==
        "Distance::mahalanobis: an inverse covariance must be square, symmetric and positive "
        "definite, got 2 x 2, which is not");
  for (const Algorithm algorithm :
       {Algorithm::kd_tree, Algorithm::ball_tree, Algorithm::cells, Algorithm::nanoflann})
    CHECK_THROWS_AS(NearestNeighbors({.algorithm = algorithm, .metric = Metric::cosine})
                        .fit(random_points(40, 2, 1, false)),
                    InvalidParameter);
}

TEST_CASE("Distances between far blocks of rows that overflow are refused") {
  Matrix points = Matrix::Zero(9000, 1);
  points(0, 0) = 1e200;
  points(8999, 0) = -1e200;
  CHECK(message_of([&] { NearestNeighbors().fit(points); }).find("overflow a double") !=
        std::string::npos);
}
