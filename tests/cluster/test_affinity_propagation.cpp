#include <algorithm>
#include <cmath>

#include "cluster/affinity/messages.hpp"
#include "grove/cluster/affinity_propagation.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/registry/archive.hpp"
#include "support/contract.hpp"
#include "support/reference.hpp"

using namespace grove;
using namespace grove::testing;

namespace {

Matrix blobs(Index n, Index k, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n, 2);
  for (Index i = 0; i < n; ++i) {
    x(i, 0) = 9 * static_cast<double>(i % k) + rng.normal();
    x(i, 1) = 6 * static_cast<double>(i % k % 2) + rng.normal();
  }
  return x;
}

/// The formulas of Frey & Dueck by plain loops, all messages of a kind before the next.
std::vector<Index> oracle(const Matrix& s, double damping, int iterations) {
  const Index n = s.rows();
  Matrix r = Matrix::Zero(n, n), a = Matrix::Zero(n, n);
  for (int t = 0; t < iterations; ++t) {
    Matrix next(n, n);
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < n; ++k) {
        double rival = -INFINITY;
        for (Index j = 0; j < n; ++j)
          if (j != k) rival = std::max(rival, a(i, j) + s(i, j));
        next(i, k) = s(i, k) - rival;
      }
    r = damping * r + (1 - damping) * next;
    for (Index i = 0; i < n; ++i)
      for (Index k = 0; k < n; ++k) {
        double sum = 0;
        for (Index j = 0; j < n; ++j)
          if (j != i && j != k) sum += std::max(0.0, r(j, k));
        next(i, k) = i == k ? sum : std::min(0.0, r(k, k) + sum);
      }
    a = damping * a + (1 - damping) * next;
  }
  std::vector<Index> exemplars;
  for (Index i = 0; i < n; ++i)
    if (r(i, i) + a(i, i) > 0) exemplars.push_back(i);
  return exemplars;
}

}  // namespace

TEST_CASE("AffinityPropagation keeps the contract", "[affinity]") {
  CHECK(contract_of(AffinityPropagation()) == "");
  CHECK(contract_of(AffinityPropagation({.damping = 0.8, .preference = -60.0})) == "");
}

TEST_CASE("AffinityPropagation equals scikit-learn", "[affinity]") {
  const auto expected = grove::testing::reference("affinity_propagation");
  REQUIRE(expected["cases"].size() == 10);
  for (const auto& item : expected["cases"]) {
    INFO(item["name"]);
    AffinityPropagationParams params{.damping = item["damping"],
                                     .max_iter = item["max_iter"],
                                     .convergence_iter = item["convergence_iter"]};
    if (!item["preference"].is_null()) params.preference = item["preference"].get<double>();
    const Matrix x = to_matrix(item["x"]);
    AffinityPropagation model(params);
    model.fit(x);
    CHECK(model.cluster_centers_indices() == item["indices"].get<std::vector<Index>>());
    CHECK(model.labels() == to_labels(item["labels"]));
    const bool run = item["n_iter"].get<Index>() > 0;
    CHECK(model.report().iterations == item["n_iter"].get<Index>());
    CHECK(model.report().converged == (!run || item["n_iter"] < item["max_iter"]));
    const Index some = std::min<Index>(9, x.rows());
    CHECK(model.predict(Matrix(x.topRows(some).array() + 0.3)) == to_labels(item["predict"]));
  }
}

TEST_CASE("The messages are those of the formulas", "[affinity]") {
  Rng rng(1);
  for (const Index n : {2, 3, 7, 40})
    for (const double damping : {0.5, 0.8}) {
      Matrix s(n, n);
      for (double& value : s.reshaped()) value = -rng.uniform();
      s.diagonal().setConstant(-0.6);
      for (const int iterations : {1, 2, 5, 30}) {
        const cluster::Exemplars found =
            cluster::pass_messages("test", s, {damping, iterations, 1000}, {});
        CHECK(found.rows == oracle(s, damping, iterations));
        CHECK(found.iterations == iterations);
      }
    }
}

TEST_CASE("Every row belongs to the nearest exemplar, exemplars to themselves", "[affinity]") {
  const Matrix x = blobs(400, 5, 2);
  AffinityPropagation model({.damping = 0.7, .preference = -200.0});
  model.fit(x);
  CHECK(model.report().converged);
  const auto& indices = model.cluster_centers_indices();
  REQUIRE(indices.size() == 5);
  CHECK(std::is_sorted(indices.begin(), indices.end()));
  for (std::size_t c = 0; c < indices.size(); ++c) {
    CHECK(model.labels()(indices[c]) == static_cast<int>(c));
    CHECK(model.cluster_centers().row(static_cast<Index>(c)) == x.row(indices[c]));
  }
  for (Index i = 0; i < 400; ++i) {
    Index best = 0;
    (model.cluster_centers().rowwise() - x.row(i)).rowwise().squaredNorm().minCoeff(&best);
    CHECK(model.labels()(i) == static_cast<int>(best));
  }
  CHECK(model.predict(x) == model.labels());
}

TEST_CASE("AffinityPropagation: any number of threads gives the same bytes", "[affinity]") {
  const Matrix x = blobs(450, 4, 3);  // more than one block
  const auto fit = [&](int threads) {
    AffinityPropagation model({.damping = 0.6});
    model.fit(x, {.threads = threads});
    return model;
  };
  const AffinityPropagation one = fit(1);
  const std::string bytes = to_bytes(one);
  CHECK(one.report().work.at("messages") > 0);
  for (const int threads : {2, 3, 7}) {
    const AffinityPropagation many = fit(threads);
    CHECK(to_bytes(many) == bytes);
    CHECK(many.report().work == one.report().work);
  }
  CHECK(to_bytes(from_bytes(bytes)) == bytes);
}

TEST_CASE("AffinityPropagation: permuted rows, duplicates and ties", "[affinity]") {
  const Matrix x = blobs(120, 3, 4);
  AffinityPropagation model({.damping = 0.8, .preference = -150.0});
  model.fit(x);
  const Labels labels = model.labels();
  model.fit(Matrix(x.colwise().reverse()));
  CHECK(metrics::adjusted_rand(labels, Labels(model.labels().reverse())) == 1.0);
  Matrix twice(240, 2);
  twice << x, x;
  model.fit(twice);
  CHECK(model.labels().head(120) == model.labels().tail(120));
  CHECK(metrics::adjusted_rand(labels, Labels(model.labels().head(120))) == 1.0);
  Matrix grid(36, 2);  // nothing but ties
  for (Index i = 0; i < 36; ++i)
    grid.row(i) << static_cast<double>(i % 6), static_cast<double>(i / 6);
  AffinityPropagation tied({.damping = 0.9, .max_iter = 1000, .preference = -8.0});
  tied.fit(grid);
  CHECK(tied.labels().minCoeff() == 0);
  CHECK(tied.predict(grid) == tied.labels());
}

TEST_CASE("Equal rows, one row, and no exemplar", "[affinity]") {
  AffinityPropagation model;
  const Matrix same = Matrix::Constant(6, 2, 3.0);
  model.fit(same);  // each its own by its preference, and then one, as they lie at one point
  CHECK(model.labels().isZero());
  CHECK(model.cluster_centers_indices() == std::vector<Index>{0});
  model.fit(same.topRows(1));
  CHECK(model.labels().isZero());
  AffinityPropagation low({.preference = -1.0});
  low.fit(same);
  CHECK(low.labels().isZero());
  AffinityPropagation none({.max_iter = 1, .preference = -1e6});
  none.fit(blobs(30, 2, 5));
  CHECK((none.labels().array() == -1).all());
  CHECK((none.predict(blobs(4, 2, 6)).array() == -1).all());
  CHECK(!none.report().converged);
  CHECK(none.report().warnings ==
        std::vector<std::string>{"AffinityPropagation did not converge in 1 iterations and found "
                                 "no exemplar; raise max_iter or damping"});
  CHECK(to_bytes(from_bytes(to_bytes(none))) == to_bytes(none));
}

TEST_CASE("AffinityPropagation refuses what it cannot do", "[affinity]") {
  const Matrix many = Matrix::Zero(20000, 1);
  CHECK(message_and_hint_of([&] { AffinityPropagation().fit(many); }) ==
        "AffinityPropagation: the messages of 20000 rows would take 9 GiB, which grow with the "
        "square of the rows; the limit is 4 GiB\nhint: fit on a sample of the rows and predict the "
        "others");
  const Matrix x = blobs(10, 2, 7);
  CHECK(message_of([&] { AffinityPropagation({.damping = 1.0}).fit(x); }).find("[0.5, 1)") !=
        std::string::npos);
  CHECK_THROWS_AS(AffinityPropagation({.damping = 0.4}).fit(x), InvalidParameter);
  CHECK_THROWS_AS(AffinityPropagation({.preference = NAN}).fit(x), InvalidParameter);
  CHECK_THROWS_AS(AffinityPropagation().fit(Matrix(x * 1e200)), InvalidData);
  CHECK_THROWS_AS(AffinityPropagation().predict(x), NotFitted);
  CHECK_THROWS_AS(AffinityPropagation().fit(Dataset(x).with_weights(Vector::Ones(10))),
                  Unsupported);
}
