#include <algorithm>
#include <cmath>
#include <vector>

#include "boosting/objective_losses.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/metrics/ranking.hpp"
#include "metrics/row_groups.hpp"

namespace grove {

namespace {

constexpr Index groups_a_block = 16;

const Labels& groups_of(const ObjectiveData& data) {
  if (data.groups == nullptr)
    throw InvalidData(
        "lambdarank: the data has no groups; expected one group of rows for each "
        "query",
        "give the Dataset groups: one id per row");
  return *data.groups;
}

double gain(double relevance) { return std::exp2(relevance) - 1; }

/// 1 / log2(place + 2) for the first `n_counted` places, 0 beyond.
Vector discounts(Index n, Index n_counted) {
  Vector discount = Vector::Zero(n);
  for (Index place = 0; place < n_counted; ++place)
    discount(place) = 1 / std::log2(static_cast<double>(place) + 2);
  return discount;
}

double ideal_dcg(const Vector& gains, const Vector& discount) {
  std::vector<double> best;
  for (const double value : gains) best.push_back(-value);
  std::sort(best.begin(), best.end());
  double sum = 0;
  for (Index i = 0; i < gains.size(); ++i) sum -= best[static_cast<std::size_t>(i)] * discount(i);
  return sum;
}

/// Derivatives of one group whose rows come by falling score.
void differentiate_group(const Vector& scores, const Vector& gains, int ndcg_at, Vector& gradients,
                         Vector& hessians) {
  const Index n = scores.size(), n_counted = ndcg_at == 0 ? n : std::min<Index>(n, ndcg_at);
  gradients.setZero(n);
  hessians.setZero(n);
  const Vector discount = discounts(n, n_counted);
  const double ideal = ideal_dcg(gains, discount);
  if (ideal == 0) return;
  const Vector value = gains / ideal;
  // One exp a row does for all its pairs. Scores further than 700 from the middle of the group
  // count as 700 away, so that no exp overflows.
  const double middle = scores(n - 1) + (scores(0) - scores(n - 1)) / 2;
  Vector odds = (scores.array() - middle).max(-700).min(700);
  exp_in_place(odds);
  for (Index a = 0; a < n_counted; ++a) {
    double gradient = 0, hessian = 0;
    for (Index b = a + 1; b < n; ++b) {
      const double difference = value(a) - value(b);
      const double change = std::abs(difference) * (discount(a) - discount(b));
      const double b_wins = odds(b) / (odds(a) + odds(b));
      const double pull = change * (difference > 0 ? -b_wins : 1 - b_wins);
      const double bend = change * b_wins * (1 - b_wins);
      gradient += pull;
      hessian += bend;
      gradients(b) -= pull;
      hessians(b) += bend;
    }
    gradients(a) += gradient;
    hessians(a) += hessian;
  }
}

}  // namespace

void LambdaRank::gradients(const MatrixView& scores, const ObjectiveData& data,
                           Eigen::Ref<Matrix> gradients, Eigen::Ref<Matrix> hessians,
                           const Context& context) const {
  const metrics::RowGroups groups(groups_of(data), [&](Index i) { return data.weights(i); });
  gradients.setZero();
  hessians.setConstant(smallest_hessian);
  parallel_for(context, groups.count(), groups_a_block, [&](Index begin, Index end) {
    Vector s, gains, g, h;
    for (Index group = begin; group < end; ++group) {
      std::vector<Index> rows = groups.rows_of(group);
      std::stable_sort(rows.begin(), rows.end(),
                       [&](Index a, Index b) { return scores(0, a) > scores(0, b); });
      const auto n = static_cast<Index>(rows.size());
      s.resize(n);
      gains.resize(n);
      for (Index i = 0; i < n; ++i) {
        s(i) = scores(0, rows[static_cast<std::size_t>(i)]);
        gains(i) = gain(data.target(rows[static_cast<std::size_t>(i)]));
      }
      differentiate_group(s, gains, ndcg_at, g, h);
      for (Index i = 0; i < n; ++i) {
        gradients(0, rows[static_cast<std::size_t>(i)]) = g(i);
        hessians(0, rows[static_cast<std::size_t>(i)]) = std::max(h(i), smallest_hessian);
      }
    }
  });
}

double LambdaRank::loss(const MatrixView& scores, const ObjectiveData& data,
                        const Context& context) const {
  return 1 - metrics::ndcg_of_groups(data.target, scores.row(0).transpose(), groups_of(data),
                                     {.k = ndcg_at, .exponential = true}, data.weights, context);
}

std::string_view LambdaRank::rejects(double target) const {
  if (target < 0) return "below 0";
  return target > 31 ? "beyond 31: a relevance is a small number, its gain is 2^y - 1" : "";
}

}  // namespace grove
