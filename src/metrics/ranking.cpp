#include "grove/metrics/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/radix_sort.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "metrics/checks.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

/// One score per row of a column, with the class that counts as positive.
struct Binary {
  const int* y_true;
  const double* scores;
  Index stride;
  Index n;
  int positive;
  /// Rows of other classes than these two are left out; -1: none is.
  int negative = -1;

  bool used(Index i) const {
    return negative < 0 || y_true[i] == positive || y_true[i] == negative;
  }
  bool is_positive(Index i) const { return y_true[i] == positive; }
  double score(Index i) const { return scores[i * stride]; }
};

[[noreturn]] void throw_one_class(std::string_view who, int code, bool has_rows) {
  throw InvalidData(concat(who, ": class ", code, " has ", has_rows ? "all the rows" : "no rows",
                           " of y_true, so the curve is undefined"),
                    "both the class and the rest need rows of positive weight; stratify the split");
}

/// Cumulated weights at each distinct score, from the highest down.
struct Counts {
  std::vector<double> true_positives;
  std::vector<double> false_positives;
  std::vector<double> thresholds;
};

Counts cumulated(const Binary& rows, const SampleWeights& weights) {
  struct Item {
    std::uint64_t key;
    double weight;  // negative for rows of the other class
  };
  std::vector<Item> items;
  items.reserve(static_cast<std::size_t>(rows.n));
  with_weight(weights, [&](auto weight) {
    for (Index i = 0; i < rows.n; ++i) {
      if (!rows.used(i) || weight(i) == 0) continue;
      items.push_back({~order_key(rows.score(i)), rows.is_positive(i) ? weight(i) : -weight(i)});
    }
  });
  radix_sort(items, [](const Item& item) { return item.key; });
  Counts counts;
  double tp = 0;
  double fp = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    (items[i].weight > 0 ? tp : fp) += std::fabs(items[i].weight);
    if (i + 1 < items.size() && items[i + 1].key == items[i].key) continue;
    counts.true_positives.push_back(tp);
    counts.false_positives.push_back(fp);
    counts.thresholds.push_back(key_value(~items[i].key));
  }
  return counts;
}

/// The area from pairs won and tied, counted in integers.
double auc_unweighted(std::string_view who, const Binary& rows) {
  std::vector<std::uint64_t> above;
  std::vector<std::uint64_t> below;
  above.resize(static_cast<std::size_t>(rows.n));
  below.resize(static_cast<std::size_t>(rows.n));
  std::size_t n_above = 0;
  std::size_t n_below = 0;
  for (Index i = 0; i < rows.n; ++i) {
    const std::uint64_t key = order_key(rows.score(i));
    const bool used = rows.used(i);
    const bool positive = rows.is_positive(i);
    above[n_above] = key;
    below[n_below] = key;
    n_above += used && positive ? 1U : 0U;
    n_below += used && !positive ? 1U : 0U;
  }
  if (n_above == 0 || n_below == 0) throw_one_class(who, rows.positive, n_above > 0);
  above.resize(n_above);
  below.resize(n_below);
  const auto same = [](std::uint64_t key) { return key; };
  radix_sort(above, same);
  radix_sort(below, same);
  // Twice the number of pairs won, as a sum over the positives of (negatives below + not above).
  std::uint64_t twice = 0;
  std::size_t lower = 0;
  std::size_t not_above = 0;
  for (const std::uint64_t key : above) {
    while (lower < n_below && below[lower] < key) ++lower;
    not_above = std::max(not_above, lower);
    while (not_above < n_below && below[not_above] == key) ++not_above;
    twice += lower + not_above;
  }
  return static_cast<double>(twice) /
         (2.0 * static_cast<double>(n_above) * static_cast<double>(n_below));
}

double auc(std::string_view who, const Binary& rows, const SampleWeights& weights) {
  if (!weights.given()) return auc_unweighted(who, rows);
  const Counts counts = cumulated(rows, weights);
  const std::size_t last = counts.thresholds.size() - 1;
  const double positives = counts.true_positives[last];
  const double negatives = counts.false_positives[last];
  if (positives == 0 || negatives == 0) throw_one_class(who, rows.positive, positives > 0);
  const double area = sum_of(0, static_cast<Index>(last) + 1, [&](Index index) {
    const auto i = static_cast<std::size_t>(index);
    const double tp = i > 0 ? counts.true_positives[i - 1] : 0;
    const double fp = i > 0 ? counts.false_positives[i - 1] : 0;
    return (counts.false_positives[i] - fp) * (counts.true_positives[i] + tp) / 2;
  });
  return area / positives / negatives;
}

double ap(const Binary& rows, const SampleWeights& weights) {
  const Counts counts = cumulated(rows, weights);
  const double positives = counts.true_positives.back();
  if (positives == 0) return 0;
  return sum_of(0, static_cast<Index>(counts.thresholds.size()), [&](Index index) {
    const auto i = static_cast<std::size_t>(index);
    const double tp = counts.true_positives[i];
    const double gained = tp - (i > 0 ? counts.true_positives[i - 1] : 0);
    return gained / positives * (tp / (tp + counts.false_positives[i]));
  });
}

Binary column(const LabelsView& y_true, const ScoresView& scores, Index c, int positive) {
  return {y_true.data(), scores.data() + c, scores.stride(), y_true.size(), positive};
}

void check_rows_sum_to_one(const ScoresView& scores) {
  for (Index i = 0; i < scores.rows(); ++i) {
    double sum = 0;
    for (Index c = 0; c < scores.cols(); ++c) sum += scores.row(i)[c];
    if (std::fabs(sum - 1) <= 1e-8 + 1e-5 * std::fabs(sum)) continue;
    throw InvalidData(
        concat("roc_auc: with ", scores.cols(),
               " classes the scores must be probabilities that sum to 1, got ", sum, " in row ", i),
        "pass the result of predict_proba");
  }
}

double roc_auc_ovr(const LabelsView& y_true, const ScoresView& scores, Average average,
                   const SampleWeights& weights) {
  Vector size = Vector::Zero(scores.cols());
  with_weight(weights, [&](auto weight) {
    for (Index i = 0; i < y_true.size(); ++i) size[y_true[i]] += weight(i);
  });
  double sum = 0;
  double divisor = 0;
  for (Index c = 0; c < scores.cols(); ++c) {
    const double share = average == Average::macro ? 1 : size[c];
    sum += share * auc("roc_auc", column(y_true, scores, c, static_cast<int>(c)), weights);
    divisor += share;
  }
  return sum / divisor;
}

double roc_auc_ovo(const LabelsView& y_true, const ScoresView& scores, Average average) {
  const int n_classes = static_cast<int>(scores.cols());
  Vector size = Vector::Zero(n_classes);
  for (int code : y_true) size[code] += 1;
  double sum = 0;
  double divisor = 0;
  for (int a = 0; a < n_classes; ++a) {
    for (int b = a + 1; b < n_classes; ++b) {
      Binary first = column(y_true, scores, a, a);
      Binary second = column(y_true, scores, b, b);
      first.negative = b;
      second.negative = a;
      const double share = average == Average::macro ? 1 : size[a] + size[b];
      sum += share * (auc("roc_auc", first, {}) + auc("roc_auc", second, {})) / 2;
      divisor += share;
    }
  }
  return sum / divisor;
}

Binary checked_column(std::string_view who, const LabelsView& y_true, const VectorView& scores,
                      int positive, const SampleWeights& weights) {
  check_rows(who, "y_true", y_true.size(), "scores", scores.size());
  check_codes(who, "y_true", y_true, 0);
  check_finite(who, "scores", scores.data(), scores.size());
  check_weights(who, weights, y_true.size());
  if (positive < 0) {
    throw InvalidParameter(concat(who, ": positive must be a class code, got ", positive));
  }
  return {y_true.data(), scores.data(), 1, y_true.size(), positive};
}

}  // namespace

double roc_auc(const LabelsView& y_true, const ScoresView& scores, const RocAucOptions& options,
               const SampleWeights& weights) {
  check_scores("roc_auc", y_true, scores, weights);
  const Index columns = scores.cols();
  if (options.average != Average::macro && options.average != Average::weighted) {
    throw InvalidParameter("roc_auc: average must be macro or weighted");
  }
  if (columns <= 2) return auc("roc_auc", column(y_true, scores, columns - 1, 1), weights);
  check_rows_sum_to_one(scores);
  if (options.multi_class == MultiClass::ovr) {
    return roc_auc_ovr(y_true, scores, options.average, weights);
  }
  if (weights.given()) {
    throw InvalidParameter("roc_auc: one-vs-one takes no sample weights",
                           "use MultiClass::ovr, or no weights");
  }
  return roc_auc_ovo(y_true, scores, options.average);
}

double average_precision(const LabelsView& y_true, const ScoresView& scores,
                         const SampleWeights& weights) {
  check_scores("average_precision", y_true, scores, weights);
  const Index columns = scores.cols();
  if (columns <= 2) return ap(column(y_true, scores, columns - 1, 1), weights);
  double sum = 0;
  for (Index c = 0; c < columns; ++c) {
    sum += ap(column(y_true, scores, c, static_cast<int>(c)), weights);
  }
  return sum / static_cast<double>(columns);
}

RocCurve roc_curve(const LabelsView& y_true, const VectorView& scores,
                   const RocCurveOptions& options, const SampleWeights& weights) {
  const Binary rows = checked_column("roc_curve", y_true, scores, options.positive, weights);
  const Counts counts = cumulated(rows, weights);
  const std::vector<double>& tp = counts.true_positives;
  const std::vector<double>& fp = counts.false_positives;
  if (tp.back() == 0 || fp.back() == 0) {
    throw_one_class("roc_curve", options.positive, tp.back() > 0);
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < tp.size(); ++i) {
    // scikit-learn's rule: the second difference of either count is not zero.
    const bool corner = i == 0 || i + 1 == tp.size() || tp[i + 1] - 2 * tp[i] + tp[i - 1] != 0 ||
                        fp[i + 1] - 2 * fp[i] + fp[i - 1] != 0;
    if (corner || !options.drop_intermediate) kept.push_back(i);
  }
  const Index n = static_cast<Index>(kept.size()) + 1;
  RocCurve curve{Vector(n), Vector(n), Vector(n)};
  curve.false_positive_rate[0] = 0;
  curve.true_positive_rate[0] = 0;
  curve.thresholds[0] = std::numeric_limits<double>::infinity();
  for (Index i = 1; i < n; ++i) {
    const std::size_t at = kept[static_cast<std::size_t>(i - 1)];
    curve.false_positive_rate[i] = fp[at] / fp.back();
    curve.true_positive_rate[i] = tp[at] / tp.back();
    curve.thresholds[i] = counts.thresholds[at];
  }
  return curve;
}

PrecisionRecallCurve precision_recall_curve(const LabelsView& y_true, const VectorView& scores,
                                            const PrecisionRecallOptions& options,
                                            const SampleWeights& weights) {
  const Binary rows =
      checked_column("precision_recall_curve", y_true, scores, options.positive, weights);
  const Counts counts = cumulated(rows, weights);
  const std::size_t n = counts.thresholds.size();
  const double positives = counts.true_positives.back();
  const auto size = static_cast<Index>(n);
  PrecisionRecallCurve curve{Vector(size + 1), Vector(size + 1), Vector(size)};
  for (Index i = 0; i < size; ++i) {
    const std::size_t at = n - 1 - static_cast<std::size_t>(i);
    const double tp = counts.true_positives[at];
    curve.precision[i] = tp / (tp + counts.false_positives[at]);
    curve.recall[i] = positives == 0 ? 1 : tp / positives;
    curve.thresholds[i] = counts.thresholds[at];
  }
  curve.precision[size] = 1;
  curve.recall[size] = 0;
  return curve;
}

}  // namespace grove::metrics
