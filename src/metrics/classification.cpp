#include "grove/metrics/classification.hpp"

#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "metrics/checks.hpp"
#include "metrics/class_totals.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

double ratio(double numerator, double denominator, double zero_division) {
  return denominator == 0 ? zero_division : numerator / denominator;
}

void check_zero_division(std::string_view who, double value) {
  if (value != 0 && value != 1) {
    throw InvalidParameter(concat(who, ": zero_division must be 0 or 1, got ", value));
  }
}

/// F as scikit-learn composes it of precision and recall.
double f_score(double beta, double p, double r) {
  if (std::isinf(beta)) return r;
  const double beta2 = beta * beta;
  const double denominator = beta2 * p + r;
  return (1 + beta2) * p * r / (denominator == 0 ? 1 : denominator);
}

/// value(correct, truth, predicted) of one class or of the sums, averaged.
template <class ValueOf>
double averaged(std::string_view who, const LabelsView& y_true, const LabelsView& y_pred,
                const AverageOptions& options, const SampleWeights& weights, ValueOf&& value) {
  check_zero_division(who, options.zero_division);
  const int n_classes = check_classes(who, y_true, y_pred, options.n_classes, weights);
  const ClassTotals totals = class_totals(y_true, y_pred, n_classes, weights);
  if (options.average == Average::binary) {
    if (options.positive < 0 || (options.n_classes > 0 && options.positive >= options.n_classes)) {
      throw InvalidParameter(
          concat(who, ": positive must be a class code, got ", options.positive));
    }
    const Index occurring = totals.n_occurring();
    if (occurring > 2 || options.n_classes > 2) {
      const Index classes = std::max<Index>(occurring, options.n_classes);
      throw InvalidParameter(concat(who, ": average = binary needs two classes, got ", classes),
                             "choose Average::macro, micro or weighted");
    }
    if (options.positive >= n_classes) return value(0.0, 0.0, 0.0);
    return value(totals.correct[options.positive], totals.truth[options.positive],
                 totals.predicted[options.positive]);
  }
  if (options.average == Average::micro) {
    return value(totals.correct.sum(), totals.truth.sum(), totals.predicted.sum());
  }
  double sum = 0;
  double divisor = 0;
  for (Index c = 0; c < n_classes; ++c) {
    if (options.n_classes == 0 && !totals.occurs(c)) continue;
    const double share = options.average == Average::macro ? 1 : totals.truth[c];
    sum += share * value(totals.correct[c], totals.truth[c], totals.predicted[c]);
    divisor += share;
  }
  return sum / divisor;
}

void check_beta(std::string_view who, double beta) {
  if (!(beta > 0)) throw InvalidParameter(concat(who, ": beta must be above 0, got ", beta));
}

double f_named(std::string_view who, const LabelsView& y_true, const LabelsView& y_pred,
               double beta, const AverageOptions& options, const SampleWeights& weights) {
  check_beta(who, beta);
  const double zero = options.zero_division;
  return averaged(who, y_true, y_pred, options, weights, [=](double tp, double t, double p) {
    return f_score(beta, ratio(tp, p, zero), ratio(tp, t, zero));
  });
}

}  // namespace

double accuracy(const LabelsView& y_true, const LabelsView& y_pred, const SampleWeights& weights) {
  check_rows("accuracy", "y_true", y_true.size(), "y_pred", y_pred.size());
  check_codes("accuracy", "y_true", y_true, 0);
  check_codes("accuracy", "y_pred", y_pred, 0);
  check_weights("accuracy", weights, y_true.size());
  const int* a = y_true.data();
  const int* b = y_pred.data();
  if (!weights.given()) {
    Index right = 0;
    for (Index i = 0; i < y_true.size(); ++i) right += a[i] == b[i] ? 1 : 0;
    return static_cast<double>(right) / static_cast<double>(y_true.size());
  }
  return mean_of(weights, y_true.size(), [=](Index i) { return a[i] == b[i] ? 1.0 : 0.0; });
}

double balanced_accuracy(const LabelsView& y_true, const LabelsView& y_pred,
                         const SampleWeights& weights, bool adjusted) {
  const int n_classes = check_classes("balanced_accuracy", y_true, y_pred, 0, weights);
  const ClassTotals totals = class_totals(y_true, y_pred, n_classes, weights);
  double sum = 0;
  double classes = 0;
  for (Index c = 0; c < n_classes; ++c) {
    if (totals.truth[c] == 0) continue;
    sum += totals.correct[c] / totals.truth[c];
    classes += 1;
  }
  const double score = sum / classes;
  if (!adjusted) return score;
  if (classes < 2) {
    throw InvalidData("balanced_accuracy: adjusted needs 2 classes in y_true, got 1");
  }
  const double chance = 1 / classes;
  return (score - chance) / (1 - chance);
}

double precision(const LabelsView& y_true, const LabelsView& y_pred, const AverageOptions& options,
                 const SampleWeights& weights) {
  const double zero = options.zero_division;
  return averaged("precision", y_true, y_pred, options, weights,
                  [=](double tp, double, double p) { return ratio(tp, p, zero); });
}

double recall(const LabelsView& y_true, const LabelsView& y_pred, const AverageOptions& options,
              const SampleWeights& weights) {
  const double zero = options.zero_division;
  return averaged("recall", y_true, y_pred, options, weights,
                  [=](double tp, double t, double) { return ratio(tp, t, zero); });
}

double f1(const LabelsView& y_true, const LabelsView& y_pred, const AverageOptions& options,
          const SampleWeights& weights) {
  return f_named("f1", y_true, y_pred, 1, options, weights);
}

double f_beta(const LabelsView& y_true, const LabelsView& y_pred, double beta,
              const AverageOptions& options, const SampleWeights& weights) {
  return f_named("f_beta", y_true, y_pred, beta, options, weights);
}

double jaccard(const LabelsView& y_true, const LabelsView& y_pred, const AverageOptions& options,
               const SampleWeights& weights) {
  const double zero = options.zero_division;
  return averaged("jaccard", y_true, y_pred, options, weights,
                  [=](double tp, double t, double p) { return ratio(tp, t + p - tp, zero); });
}

PerClass precision_recall_per_class(const LabelsView& y_true, const LabelsView& y_pred,
                                    const PerClassOptions& options, const SampleWeights& weights) {
  constexpr std::string_view who = "precision_recall_per_class";
  check_zero_division(who, options.zero_division);
  check_beta(who, options.beta);
  const int n_classes = check_classes(who, y_true, y_pred, options.n_classes, weights);
  const ClassTotals totals = class_totals(y_true, y_pred, n_classes, weights);
  PerClass result{Vector(n_classes), Vector(n_classes), Vector(n_classes), totals.truth};
  for (Index c = 0; c < n_classes; ++c) {
    result.precision[c] = ratio(totals.correct[c], totals.predicted[c], options.zero_division);
    result.recall[c] = ratio(totals.correct[c], totals.truth[c], options.zero_division);
    result.f_beta[c] = f_score(options.beta, result.precision[c], result.recall[c]);
  }
  return result;
}

double matthews_corrcoef(const LabelsView& y_true, const LabelsView& y_pred,
                         const SampleWeights& weights) {
  const int n_classes = check_classes("matthews_corrcoef", y_true, y_pred, 0, weights);
  const ClassTotals t = class_totals(y_true, y_pred, n_classes, weights);
  // As shares of the total, so that large counts do not lose digits.
  const double total = t.truth.sum();
  double agree = 0;
  double chance = 0;
  double truth2 = 0;
  double predicted2 = 0;
  bool one_truth = false;
  bool one_predicted = false;
  for (Index c = 0; c < n_classes; ++c) {
    const double truth = t.truth[c] / total;
    const double predicted = t.predicted[c] / total;
    agree += t.correct[c] / total;
    chance += truth * predicted;
    truth2 += truth * truth;
    predicted2 += predicted * predicted;
    one_truth |= t.truth[c] > 0 && t.truth[c] == total;
    one_predicted |= t.predicted[c] > 0 && t.predicted[c] == total;
  }
  if (one_truth || one_predicted) return 0;
  return (agree - chance) / std::sqrt((1 - truth2) * (1 - predicted2));
}

double cohen_kappa(const LabelsView& y_true, const LabelsView& y_pred, KappaWeights kappa_weights,
                   const SampleWeights& weights) {
  const int n_classes = check_classes("cohen_kappa", y_true, y_pred, 0, weights);
  const ClassTotals totals = class_totals(y_true, y_pred, n_classes, weights);
  std::vector<Index> position(static_cast<std::size_t>(n_classes), 0);  // among those that occur
  std::vector<Index> classes;
  for (Index c = 0; c < n_classes; ++c) {
    position[static_cast<std::size_t>(c)] = static_cast<Index>(classes.size());
    if (totals.occurs(c)) classes.push_back(c);
  }
  const auto cost = [&](Index a, Index b) {
    const auto d = static_cast<double>(a - b);
    if (kappa_weights == KappaWeights::none) return a == b ? 0.0 : 1.0;
    return kappa_weights == KappaWeights::linear ? std::fabs(d) : d * d;
  };
  const double total = total_weight(weights, y_true.size());
  const double observed = with_weight(weights, [&](auto weight) {
    return sum_of(0, y_true.size(), [&](Index i) {
      return weight(i) * cost(position[static_cast<std::size_t>(y_true[i])],
                              position[static_cast<std::size_t>(y_pred[i])]);
    });
  });
  double expected = 0;
  if (kappa_weights == KappaWeights::none) {
    for (Index c : classes) expected += totals.truth[c] * (total - totals.predicted[c]) / total;
  } else {
    for (std::size_t a = 0; a < classes.size(); ++a) {
      for (std::size_t b = 0; b < classes.size(); ++b) {
        expected += cost(static_cast<Index>(a), static_cast<Index>(b)) * totals.truth[classes[a]] *
                    totals.predicted[classes[b]] / total;
      }
    }
  }
  if (expected == 0) {
    throw InvalidData("cohen_kappa: y_true and y_pred hold one and the same class; undefined",
                      "kappa needs at least 2 classes; use accuracy");
  }
  return 1 - observed / expected;
}

double top_k_accuracy(const LabelsView& y_true, const MatrixView& scores,
                      const TopKOptions& options, const SampleWeights& weights) {
  if (options.k < 1) {
    throw InvalidParameter(concat("top_k_accuracy: k must be at least 1, got ", options.k));
  }
  if (scores.cols() < 2) {
    throw InvalidData(
        concat("top_k_accuracy: expected scores with one column per class, at least "
               "2, got ",
               scores.cols()));
  }
  check_scores("top_k_accuracy", y_true, ScoresView(scores), weights);
  return mean_of(weights, y_true.size(), [&](Index i) {
    const Index own = y_true[i];
    int above = 0;
    for (Index c = 0; c < scores.cols(); ++c) {
      above += scores(i, c) > scores(i, own) || (scores(i, c) == scores(i, own) && c > own) ? 1 : 0;
    }
    return above < options.k ? 1.0 : 0.0;
  });
}

Matrix confusion_matrix(const LabelsView& y_true, const LabelsView& y_pred,
                        const ConfusionOptions& options, const SampleWeights& weights) {
  const Index n = check_classes("confusion_matrix", y_true, y_pred, options.n_classes, weights);
  if (n > 20000) {
    throw Unsupported(concat("confusion_matrix: ", n, " classes need a table of ", n, " x ", n),
                      "the limit is 20000; renumber the codes 0, 1, ... or use "
                      "precision_recall_per_class");
  }
  Matrix table = Matrix::Zero(n, n);
  with_weight(weights, [&](auto weight) {
    for (Index i = 0; i < y_true.size(); ++i) table(y_true[i], y_pred[i]) += weight(i);
  });
  const auto divide = [](auto&& part, double by) {
    if (by != 0) part /= by;
  };
  if (options.normalize == Normalize::all) divide(table, table.sum());
  for (Index c = 0; c < n; ++c) {
    if (options.normalize == Normalize::truth) divide(table.row(c), table.row(c).sum());
    if (options.normalize == Normalize::prediction) divide(table.col(c), table.col(c).sum());
  }
  return table;
}

}  // namespace grove::metrics
