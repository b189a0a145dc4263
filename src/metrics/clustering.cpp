#include "grove/metrics/clustering.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "metrics/checks.hpp"
#include "metrics/contingency.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

double at(const std::vector<double>& values, Index i) {
  return values[static_cast<std::size_t>(i)];
}

double sum_of_squares(const std::vector<double>& values) {
  return sum_of(0, static_cast<Index>(values.size()),
                [&](Index i) { return at(values, i) * at(values, i); });
}

double sum_of_squares(const std::vector<Contingency::Cell>& cells) {
  return sum_of(0, static_cast<Index>(cells.size()), [&](Index i) {
    const double count = cells[static_cast<std::size_t>(i)].count;
    return count * count;
  });
}

double entropy(const std::vector<double>& sizes, double n) {
  if (sizes.size() == 1) return 0;
  return -sum_of(0, static_cast<Index>(sizes.size()), [&](Index i) {
    return at(sizes, i) / n * (std::log(at(sizes, i)) - std::log(n));
  });
}

double mutual_information(const Contingency& table) {
  if (table.rows.size() == 1 || table.columns.size() == 1) return 0;
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  const double log_n = std::log(table.n);
  const double total = sum_of(0, static_cast<Index>(table.cells.size()), [&](Index i) {
    const Contingency::Cell& cell = table.cells[static_cast<std::size_t>(i)];
    const double share = cell.count / table.n;
    const double log_outer =
        -std::log(at(table.rows, cell.row) * at(table.columns, cell.column)) + log_n + log_n;
    const double term = share * (std::log(cell.count) - log_n) + share * log_outer;
    return std::fabs(term) < epsilon ? 0 : term;
  });
  return std::max(total, 0.0);
}

/// log(0!), log(1!), ..., log(n!), by compensated summation: the differences below keep their
/// digits at any n, and std::lgamma writes a global.
std::vector<double> log_factorials(Index n) {
  std::vector<double> result(static_cast<std::size_t>(n) + 1, 0);
  double sum = 0;
  double lost = 0;
  for (std::size_t i = 1; i < result.size(); ++i) {
    const double term = std::log(static_cast<double>(i)) + lost;
    const double next = sum + term;
    lost = term - (next - sum);
    sum = next;
    result[i] = sum;
  }
  return result;
}

/// Of two labellings with the given sizes, at random (Vinh et al. 2010, eq. 24).
double expected_mutual_information(const Contingency& table) {
  if (table.rows.size() == 1 || table.columns.size() == 1) return 0;
  const auto n = static_cast<Index>(table.n);
  const std::vector<double> log_factorial = log_factorials(n);
  const auto lf = [&](Index i) { return at(log_factorial, i); };
  const auto of_pair = [&](Index a, Index b) {
    const double fixed = lf(a) + lf(b) + lf(n - a) + lf(n - b) - lf(n);
    const double log_ab = std::log(static_cast<double>(a)) + std::log(static_cast<double>(b));
    double sum = 0;
    for (Index both = std::max<Index>(1, a + b - n); both <= std::min(a, b); ++both) {
      const auto count = static_cast<double>(both);
      const double gain = std::log(table.n) + std::log(count) - log_ab;
      const double log_p = fixed - lf(both) - lf(a - both) - lf(b - both) - lf(n - a - b + both);
      sum += count / table.n * gain * std::exp(log_p);
    }
    return sum;
  };
  double total = 0;
  for (double a : table.rows) {
    for (double b : table.columns) total += of_pair(static_cast<Index>(a), static_cast<Index>(b));
  }
  return total;
}

double share_or_one(double information, double entropy_value) {
  return entropy_value == 0 ? 1 : information / entropy_value;
}

}  // namespace

double adjusted_rand(const LabelsView& labels_true, const LabelsView& labels_pred) {
  const Contingency table = contingency("adjusted_rand", labels_true, labels_pred);
  const double both = sum_of_squares(table.cells);
  const double rows = sum_of_squares(table.rows);
  const double columns = sum_of_squares(table.columns);
  // Ordered pairs of rows: together in both, in one only, in none.
  const double tp = both - table.n;
  const double fp = columns - both;
  const double fn = rows - both;
  const double tn = table.n * table.n - rows - columns + both;
  if (fn == 0 && fp == 0) return 1;
  return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn));
}

double adjusted_mutual_info(const LabelsView& labels_true, const LabelsView& labels_pred) {
  const Contingency table = contingency("adjusted_mutual_info", labels_true, labels_pred);
  if (table.rows.size() == 1 && table.columns.size() == 1) return 1;
  const double expected = expected_mutual_information(table);
  const double mean = (entropy(table.rows, table.n) + entropy(table.columns, table.n)) / 2;
  constexpr double epsilon = std::numeric_limits<double>::epsilon();
  double denominator = mean - expected;
  denominator = denominator < 0 ? std::min(denominator, -epsilon) : std::max(denominator, epsilon);
  return (mutual_information(table) - expected) / denominator;
}

double normalized_mutual_info(const LabelsView& labels_true, const LabelsView& labels_pred) {
  const Contingency table = contingency("normalized_mutual_info", labels_true, labels_pred);
  if (table.rows.size() == 1 && table.columns.size() == 1) return 1;
  const double information = mutual_information(table);
  if (information == 0) return 0;
  return information / ((entropy(table.rows, table.n) + entropy(table.columns, table.n)) / 2);
}

double homogeneity(const LabelsView& labels_true, const LabelsView& labels_pred) {
  const Contingency table = contingency("homogeneity", labels_true, labels_pred);
  return share_or_one(mutual_information(table), entropy(table.rows, table.n));
}

double completeness(const LabelsView& labels_true, const LabelsView& labels_pred) {
  const Contingency table = contingency("completeness", labels_true, labels_pred);
  return share_or_one(mutual_information(table), entropy(table.columns, table.n));
}

double v_measure(const LabelsView& labels_true, const LabelsView& labels_pred, double beta) {
  if (!(beta >= 0) || std::isinf(beta)) {
    throw InvalidParameter(concat("v_measure: beta must be finite and at least 0, got ", beta));
  }
  const Contingency table = contingency("v_measure", labels_true, labels_pred);
  const double information = mutual_information(table);
  const double h = share_or_one(information, entropy(table.rows, table.n));
  const double c = share_or_one(information, entropy(table.columns, table.n));
  if (h + c == 0) return 0;
  return (1 + beta) * h * c / (beta * h + c);
}

double fowlkes_mallows(const LabelsView& labels_true, const LabelsView& labels_pred) {
  const Contingency table = contingency("fowlkes_mallows", labels_true, labels_pred);
  const double both = sum_of_squares(table.cells) - table.n;
  if (both == 0) return 0;
  return std::sqrt(both / (sum_of_squares(table.columns) - table.n)) *
         std::sqrt(both / (sum_of_squares(table.rows) - table.n));
}

}  // namespace grove::metrics
