#include <algorithm>
#include <cmath>
#include <numeric>

#include "grove/boosting/objective.hpp"
#include "grove/core/random.hpp"
#include "grove/metrics/ranking.hpp"
#include "support/check.hpp"

using namespace grove;
using grove::testing::message_of;

namespace {

Objective lambdarank(int ndcg_at = 0) {
  return make_objective("test", BoostingLoss::lambdarank, 0, {.ndcg_at = ndcg_at});
}

struct Queries {
  Matrix scores;
  Vector relevance, weights;
  Labels groups;
  ObjectiveData data() const { return {relevance, weights, &groups, 0}; }
};

/// Groups of 1 to 12 rows, mixed up; some rows of weight 0, some equal scores.
Queries draw(std::uint64_t seed) {
  Rng rng(seed);
  const Index n = 60;
  Queries q{Matrix(1, n), Vector(n), Vector(n), Labels(n)};
  for (Index i = 0; i < n; ++i) {
    q.scores(0, i) = i % 4 == 0 ? static_cast<double>(rng.below(3)) : 2 * rng.normal();
    q.relevance(i) = static_cast<double>(rng.below(4));
    q.weights(i) = static_cast<double>(rng.below(5));
    q.groups(i) = 3 * static_cast<int>(rng.below(8)) - 4;
  }
  return q;
}

std::vector<Index> group_of(const Queries& q, int group) {
  std::vector<Index> rows;
  for (Index i = 0; i < q.groups.size(); ++i)
    if (q.groups(i) == group && q.weights(i) > 0) rows.push_back(i);
  return rows;
}

/// Of the relevances in this order.
double dcg(const std::vector<double>& relevance, int ndcg_at) {
  double sum = 0;
  for (std::size_t place = 0; place < relevance.size(); ++place)
    if (ndcg_at == 0 || place < static_cast<std::size_t>(ndcg_at))
      sum += (std::pow(2, relevance[place]) - 1) / std::log2(static_cast<double>(place) + 2);
  return sum;
}

/// By the definition: every pair swaps places and NDCG is computed anew.
void add_pairs(const Queries& q, std::vector<Index> rows, int ndcg_at, Vector& g, Vector& h) {
  std::stable_sort(rows.begin(), rows.end(),
                   [&](Index a, Index b) { return q.scores(0, a) > q.scores(0, b); });
  std::vector<double> ranked;
  for (const Index row : rows) ranked.push_back(q.relevance(row));
  std::vector<double> ideal = ranked;
  std::sort(ideal.rbegin(), ideal.rend());
  const double best = dcg(ideal, ndcg_at);
  if (best == 0) return;
  for (std::size_t a = 0; a < rows.size(); ++a)
    for (std::size_t b = 0; b < rows.size(); ++b) {
      if (!(ranked[a] > ranked[b])) continue;
      std::vector<double> swapped = ranked;
      std::swap(swapped[a], swapped[b]);
      const double change = std::abs(dcg(swapped, ndcg_at) - dcg(ranked, ndcg_at)) / best;
      const double wrong = 1 / (1 + std::exp(q.scores(0, rows[a]) - q.scores(0, rows[b])));
      g(rows[a]) -= change * wrong;
      g(rows[b]) += change * wrong;
      h(rows[a]) += change * wrong * (1 - wrong);
      h(rows[b]) += change * wrong * (1 - wrong);
    }
}

}  // namespace

TEST_CASE("LambdaRank's gradients are those of all pairs, swapped one by one") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const int ndcg_at : {0, 1, 3, 100}) {
      const Queries q = draw(seed);
      Matrix gradients, hessians;
      lambdarank(ndcg_at).differentiate(q.scores, q.data(), gradients, hessians, {});
      Vector g = Vector::Zero(60), h = Vector::Zero(60);
      for (int group = -4; group <= 17; group += 3) add_pairs(q, group_of(q, group), ndcg_at, g, h);
      CHECK((gradients.transpose() - g).cwiseAbs().maxCoeff() < 1e-13);
      CHECK((hessians.transpose() - h).cwiseAbs().maxCoeff() < 1e-13);
      CHECK(g.cwiseAbs().maxCoeff() > 0);
      CHECK(std::abs(gradients.sum()) < 1e-13);  // what one row of a pair gains the other loses
    }
}

TEST_CASE("LambdaRank's loss is 1 - NDCG of the metrics") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed)
    for (const int ndcg_at : {0, 2}) {
      const Queries q = draw(seed);
      double sum = 0, total = 0;
      for (int group = -4; group <= 17; group += 3) {
        const std::vector<Index> rows = group_of(q, group);
        if (rows.empty()) continue;
        const auto m = static_cast<Index>(rows.size());
        Matrix gains(1, m), scores(1, m);
        double weight = 0;
        for (Index i = 0; i < m; ++i) {
          const Index row = rows[static_cast<std::size_t>(i)];
          gains(0, i) = std::pow(2, q.relevance(row)) - 1;
          scores(0, i) = q.scores(0, row);
          weight += q.weights(row) / static_cast<double>(m);
        }
        sum += weight * (1 - metrics::ndcg(gains, scores, {.k = ndcg_at}));
        total += weight;
      }
      std::vector<std::int32_t> rows(60);
      std::iota(rows.begin(), rows.end(), 0);
      CHECK(lambdarank(ndcg_at).loss(q.scores, q.data(), rows, {}) == Approx(sum / total));
    }
}

TEST_CASE("Steps against LambdaRank's gradients put a group in order") {
  const Vector relevance = (Vector(6) << 0, 1, 2, 3, 1, 0).finished();
  const Vector weights = Vector::Ones(6);
  const Labels groups = Labels::Zero(6);
  const ObjectiveData data{relevance, weights, &groups, 0};
  Matrix scores = Matrix::Zero(1, 6), g, h;
  const std::vector<std::int32_t> rows{0, 1, 2, 3, 4, 5};
  CHECK(lambdarank().loss(scores, data, rows, {}) > 0.2);
  for (int step = 0; step < 200; ++step) {
    lambdarank().differentiate(scores, data, g, h, {});
    scores -= g;
  }
  CHECK(lambdarank().loss(scores, data, rows, {}) == Approx(0).margin(1e-12));
  // Scores that lie very far apart overflow nothing.
  scores << 0, 5000, -5000, 1e6, 3, -1e300;
  lambdarank().differentiate(scores, data, g, h, {});
  CHECK(g.allFinite());
  CHECK((h.array() > 0).all());
}

TEST_CASE("LambdaRank asks for groups") {
  const Vector ones = Vector::Ones(3);
  Matrix g, h;
  CHECK(message_of([&] {
          lambdarank().differentiate(Matrix::Zero(1, 3), {ones, ones}, g, h, {});
        }) == "lambdarank: the data has no groups; expected one group of rows for each query");
}
