#include <cmath>
#include <limits>
#include <set>

#include "grove/cluster/birch.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix normal(Index n, Index d, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, d);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = rng.normal() + 5 * static_cast<double>(i / d % 3);
  return x;
}

bool same_partition(const Labels& a, const Labels& b) {
  std::set<std::pair<int, int>> pairs;
  for (Index i = 0; i < a.size(); ++i) pairs.insert({a(i), b(i)});
  const std::set<int> of_a(a.data(), a.data() + a.size()), of_b(b.data(), b.data() + b.size());
  return a.size() == b.size() && pairs.size() == of_a.size() && pairs.size() == of_b.size();
}

}  // namespace

TEST_CASE("Birch keeps the contract", "[birch]") {
  CHECK(contract_of(Birch()) == "");
  CHECK(contract_of(Birch({.threshold = 0.9, .branching_factor = 3, .n_clusters = {}})) == "");
}

TEST_CASE("Birch equals scikit-learn's", "[birch]") {
  const auto reference = grove::testing::reference("agglomerative");
  REQUIRE(reference["birch"].size() == 12);
  Matrix x;
  for (const auto& item : reference["birch"]) {
    if (!item["x"].is_null()) x = to_matrix(item["x"]);
    BirchParams params{.threshold = item["threshold"],
                       .branching_factor = item["branching_factor"],
                       .n_clusters = {}};
    if (!item["n_clusters"].is_null()) params.n_clusters = item["n_clusters"].get<int>();
    Birch model(params);
    model.fit(x);
    REQUIRE(model.subcluster_centers().rows() == item["n_subclusters"].get<Index>());
    const Matrix theirs = to_matrix(item["centers"]);  // in an order that rounding decides
    const Matrix distances = model.transform(theirs);
    CHECK(distances.rowwise().minCoeff().maxCoeff() < 1e-10);
    CHECK(same_partition(model.labels(), to_labels(item["labels"])));
    CHECK(model.predict(x) == model.labels());
  }
}

TEST_CASE("Subclusters far from the origin are as near it", "[birch]") {
  const Matrix x = normal(400, 3, 2);
  Birch near({.threshold = 0.7, .n_clusters = {}}), far = near;
  near.fit(x);
  far.fit(Matrix(x.array() + 1e8));
  CHECK(near.subcluster_centers().rows() > 20);
  CHECK(far.subcluster_centers().rows() == near.subcluster_centers().rows());
  CHECK(same_partition(far.labels(), near.labels()));
}

TEST_CASE("Subclusters stay within the threshold and nothing is lost", "[birch]") {
  const Matrix x = normal(900, 2, 3);
  const double threshold = 0.6;
  Birch model({.threshold = threshold, .branching_factor = 6, .n_clusters = {}});
  model.fit(x);
  const Matrix& centers = model.subcluster_centers();
  CHECK(centers.rows() < 300);
  CHECK(model.subcluster_labels().size() == centers.rows());
  const Matrix distances = model.transform(x);
  REQUIRE(distances.cols() == centers.rows());
  for (Index i = 0; i < x.rows(); ++i) {
    Index nearest = 0;
    distances.row(i).minCoeff(&nearest);
    CHECK(model.labels()(i) == model.subcluster_labels()(nearest));
    CHECK(close(distances(i, nearest), (x.row(i) - centers.row(nearest)).norm(), 1e-12));
  }
  Birch fine({.threshold = 1e-9, .n_clusters = {}});
  fine.fit(x);
  CHECK(fine.subcluster_centers().rows() == 900);
  CHECK(fine.labels() == Labels::LinSpaced(900, 0, 899));
}

TEST_CASE("Any number of threads gives the same Birch", "[birch]") {
  const Matrix x = normal(2000, 4, 4);
  Birch one({.threshold = 0.8});
  one.fit(x, {.threads = 1});
  for (const int threads : {2, 3, 7}) {
    Birch many({.threshold = 0.8});
    many.fit(x, {.threads = threads});
    CHECK(many.save_state() == one.save_state());
    CHECK(many.report().work == one.report().work);
  }
}

TEST_CASE("Birch refuses or reports what it cannot do", "[birch]") {
  Birch all({.n_clusters = 5});
  all.fit(Matrix(Matrix::Constant(50, 2, 1.5)));
  CHECK(all.labels() == Labels::Zero(50));
  CHECK(all.report().warnings ==
        std::vector<std::string>{
            "Birch: there are only 1 subclusters for n_clusters = 5; lower the threshold"});
  Birch one;
  CHECK(one.fit(Matrix(Matrix::Zero(1, 2))).labels() == Labels::Zero(1));
  CHECK(message_of([] { Birch({.threshold = 0}).fit(Matrix::Zero(3, 1)); })
            .find("threshold") != std::string::npos);
  CHECK(message_of([] { Birch({.branching_factor = 1}).fit(Matrix::Zero(3, 1)); })
            .find("branching_factor") != std::string::npos);
  Matrix hole = normal(6, 2, 1);
  hole(3, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(Birch().fit(hole), InvalidData);
  CHECK_THROWS_AS(Birch().fit(Matrix(normal(6, 2, 1) * 1e150)), InvalidData);
  CHECK(message_of([] { (void)Birch().labels(); }) == "Birch is not fitted");
}
