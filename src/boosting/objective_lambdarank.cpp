#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "boosting/objective_losses.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/metrics/ranking.hpp"

namespace grove {

namespace {

constexpr Index groups_a_block = 16;

/// The rows with weight, group after group, in a group by their number.
struct Groups {
  std::vector<Index> rows;
  std::vector<std::size_t> starts;  // and the end of the last

  explicit Groups(const ObjectiveData& data) {
    if (data.groups == nullptr)
      throw InvalidData(
          "lambdarank: the data has no groups; expected one group of rows for each "
          "query",
          "give the Dataset groups: one id per row");
    const Labels& id = *data.groups;
    for (Index i = 0; i < data.target.size(); ++i)
      if (data.weights(i) > 0) rows.push_back(i);
    const auto by_group = [&](Index a, Index b) { return id(a) < id(b); };
    if (!std::is_sorted(rows.begin(), rows.end(), by_group))
      std::stable_sort(rows.begin(), rows.end(), by_group);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (i == 0 || id(rows[i]) != id(rows[i - 1])) starts.push_back(i);
    starts.push_back(rows.size());
  }
  Index count() const { return static_cast<Index>(starts.size()) - 1; }
  std::vector<Index> rows_of(Index group) const {
    const auto at = [&](Index g) {
      return rows.begin() + static_cast<std::ptrdiff_t>(starts[static_cast<std::size_t>(g)]);
    };
    return {at(group), at(group + 1)};
  }
};

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
  const Groups groups(data);
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
  const Groups groups(data);
  using Sum = std::pair<double, double>;  // of weighted losses and of weights
  const Sum sum = parallel_reduce(
      context, groups.count(), groups_a_block, Sum{},
      [&](Index begin, Index end) {
        Sum part;
        for (Index group = begin; group < end; ++group) {
          const std::vector<Index> rows = groups.rows_of(group);
          const auto n = static_cast<Index>(rows.size());
          Matrix s(1, n), gains(1, n);
          double weight = 0;
          for (Index i = 0; i < n; ++i) {
            const Index row = rows[static_cast<std::size_t>(i)];
            s(0, i) = scores(0, row);
            gains(0, i) = gain(data.target(row));
            weight += data.weights(row) / static_cast<double>(n);
          }
          part.first += weight * (1 - metrics::ndcg(gains, s, {.k = ndcg_at}));
          part.second += weight;
        }
        return part;
      },
      [](Sum& total, const Sum& part) {
        total.first += part.first;
        total.second += part.second;
      });
  return sum.first / sum.second;
}

std::string_view LambdaRank::rejects(double target) const {
  if (target < 0) return "below 0";
  return target > 31 ? "beyond 31: a relevance is a small number, its gain is 2^y - 1" : "";
}

}  // namespace grove
