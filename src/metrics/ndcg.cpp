#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/metrics/ranking.hpp"
#include "metrics/checks.hpp"
#include "metrics/row_groups.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {

void RowGroups::sort(const LabelsView& ids) {
  const auto by_group = [&](Index a, Index b) { return ids(a) < ids(b); };
  if (!std::is_sorted(rows_.begin(), rows_.end(), by_group))
    std::stable_sort(rows_.begin(), rows_.end(), by_group);
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (i == 0 || ids(rows_[i]) != ids(rows_[i - 1])) starts_.push_back(i);
  starts_.push_back(rows_.size());
}

namespace {

constexpr Index groups_a_block = 16;

/// Discounted gain of the items in order of falling score; equal scores share their mean gain.
double tie_averaged_gain(const double* gains, const double* scores,
                         const std::vector<double>& discount_sums, std::vector<Index>& order) {
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<Index>(i);
  std::stable_sort(order.begin(), order.end(),
                   [scores](Index a, Index b) { return scores[a] > scores[b]; });
  double gain = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    double sum = 0;
    while (end < order.size() && scores[order[end]] == scores[order[begin]])
      sum += gains[order[end++]];
    gain += sum / static_cast<double>(end - begin) * (discount_sums[end] - discount_sums[begin]);
    begin = end;
  }
  return gain;
}

/// NDCG of one query after another; keeps its memory.
class NdcgOfQuery {
 public:
  explicit NdcgOfQuery(const NdcgOptions& options) : options_(options), discount_sums_{0} {}

  double operator()(const double* relevance, const double* scores, Index n) {
    const auto items = static_cast<std::size_t>(n);
    while (discount_sums_.size() <= items) {
      const std::size_t rank = discount_sums_.size() - 1;
      const bool counts = options_.k == 0 || rank < static_cast<std::size_t>(options_.k);
      discount_sums_.push_back(discount_sums_.back() +
                               (counts ? 1 / std::log2(static_cast<double>(rank) + 2) : 0));
    }
    order_.resize(items);
    gains_.assign(relevance, relevance + n);
    if (options_.exponential)
      for (double& gain : gains_) gain = std::exp2(gain) - 1;
    const double best = tie_averaged_gain(gains_.data(), relevance, discount_sums_, order_);
    if (best == 0) return 0;
    return tie_averaged_gain(gains_.data(), scores, discount_sums_, order_) / best;
  }

 private:
  NdcgOptions options_;
  std::vector<double> discount_sums_;
  std::vector<double> gains_;
  std::vector<Index> order_;
};

void check_options(const NdcgOptions& options) {
  if (options.k < 0) throw InvalidParameter(concat("ndcg: k must be at least 0, got ", options.k));
}

void check_query(const double* relevance, const double* scores, Index n, Index row) {
  check_finite("ndcg", "relevance", relevance, n);
  check_finite("ndcg", "scores", scores, n);
  const double least = *std::min_element(relevance, relevance + n);
  if (least < 0)
    throw InvalidData(concat("ndcg: relevance must be at least 0, got ", least, " in row ", row));
}

}  // namespace

double ndcg(const MatrixView& y_true, const MatrixView& scores, const NdcgOptions& options,
            const SampleWeights& weights) {
  check_rows("ndcg", "y_true", y_true.rows(), "scores", scores.rows());
  if (y_true.cols() != scores.cols() || y_true.cols() == 0) {
    throw InvalidData(concat("ndcg: y_true has ", y_true.cols(), " columns and the scores have ",
                             scores.cols(), "; expected equal and at least 1"));
  }
  check_options(options);
  check_weights("ndcg", weights, y_true.rows());
  for (Index i = 0; i < y_true.rows(); ++i)
    check_query(y_true.row(i).data(), scores.row(i).data(), y_true.cols(), i);
  NdcgOfQuery of_query(options);
  return mean_of(weights, y_true.rows(), [&](Index i) {
    return of_query(y_true.row(i).data(), scores.row(i).data(), y_true.cols());
  });
}

double ndcg_of_groups(const VectorView& relevance, const VectorView& scores,
                      const LabelsView& groups, const NdcgOptions& options,
                      const SampleWeights& weights, const Context& context) {
  check_rows("ndcg", "relevance", relevance.size(), "scores", scores.size());
  check_rows("ndcg", "relevance", relevance.size(), "groups", groups.size());
  check_options(options);
  check_weights("ndcg", weights, relevance.size());
  return with_weight(weights, [&](const auto& weight) {
    const RowGroups queries(groups, weight);
    using Sum = std::pair<double, double>;  // of weighted scores and of weights
    const Sum sum = parallel_reduce(
        context, queries.count(), groups_a_block, Sum{},
        [&](Index begin, Index end) {
          NdcgOfQuery of_query(options);
          Sum part;
          for (Index query = begin; query < end; ++query) {
            const std::vector<Index> rows = queries.rows_of(query);
            const Vector y = relevance(rows), s = scores(rows);
            check_query(y.data(), s.data(), y.size(), rows.front());
            double total = 0;
            for (const Index row : rows) total += weight(row) / static_cast<double>(rows.size());
            part.first += total * of_query(y.data(), s.data(), y.size());
            part.second += total;
          }
          return part;
        },
        [](Sum& total, const Sum& part) {
          total.first += part.first;
          total.second += part.second;
        });
    return sum.first / sum.second;
  });
}

}  // namespace grove::metrics
