#include "grove/core/error.hpp"
#include "grove/neighbors/nearest_centroid.hpp"
#include "support/check.hpp"
#include "support/reference.hpp"

using namespace grove;
using grove::testing::listing;

TEST_CASE("Nearest centroids keep the contract") {
  CHECK(listing(check_estimator(NearestCentroid())) == "");
  CHECK(listing(check_estimator(NearestCentroid({.shrink_threshold = 0.5}))) == "");
  CHECK(listing(check_estimator(NearestCentroid({.metric = CentroidMetric::manhattan}))) == "");
}

TEST_CASE("Centroids and predictions are scikit-learn's") {
  const auto reference = grove::testing::reference("k_neighbors");
  const Matrix x = grove::testing::to_matrix(reference["x"]);
  const Matrix queries = grove::testing::to_matrix(reference["queries"]);
  const Labels labels = grove::testing::to_labels(reference["labels"]);
  REQUIRE(reference["centroids"].size() == 6);
  for (const auto& item : reference["centroids"]) {
    NearestCentroid model({.metric = item["metric"] == "manhattan" ? CentroidMetric::manhattan
                                                                   : CentroidMetric::euclidean,
                           .shrink_threshold = item["shrink_threshold"]});
    model.fit(x, labels);
    CHECK(grove::testing::close(model.centroids(), grove::testing::to_matrix(item["centroids"]),
                                1e-12));
    CHECK(model.predict(queries) == grove::testing::to_labels(item["predict"]));
  }
}

TEST_CASE("A class without rows is never predicted, and ties go to the lower code") {
  Matrix x(4, 1);
  x << -1, -1, 1, 1;
  const Dataset data(x, (Labels(4) << 0, 0, 2, 2).finished());
  const Dataset three =
      data.without_target().with_labels((Labels(4) << 0, 0, 2, 2).finished(), {"a", "b", "c"});
  NearestCentroid model;
  const Matrix queries = (Matrix(3, 1) << -5, 0, 5).finished();
  CHECK(model.fit(three).predict(queries) == (Labels(3) << 0, 0, 2).finished());
  CHECK(model.centroids().row(1).isZero());
}

TEST_CASE("Shrinking needs more rows than classes") {
  Matrix x(2, 1);
  x << 0, 1;
  NearestCentroid model({.shrink_threshold = 1});
  CHECK_THROWS_AS(model.fit(x, (Labels(2) << 0, 1).finished()), InvalidData);
}
