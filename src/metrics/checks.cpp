#include "metrics/checks.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::metrics {

void check_rows(std::string_view who, std::string_view first, Index n_first,
                std::string_view second, Index n_second) {
  if (n_first != n_second) {
    throw InvalidData(concat(who, ": ", first, " has ", n_first, " rows and ", second, " has ",
                             n_second, "; expected equal lengths"),
                      "compare the predictions with the targets of the same rows");
  }
  if (n_first == 0) {
    throw InvalidData(concat(who, ": expected at least 1 row, got 0"),
                      "the metric of an empty set is undefined");
  }
}

void check_weights(std::string_view who, const SampleWeights& weights, Index n) {
  if (!weights.given()) return;
  if (weights.size() != n) {
    throw InvalidData(concat(who, ": expected ", n, " weights, one per row, got ", weights.size()));
  }
  const double* w = weights.data();
  bool bad = false;
  bool positive = false;
  for (Index i = 0; i < n; ++i) {
    bad |= !(w[i] >= 0 && w[i] < HUGE_VAL);
    positive |= w[i] > 0;
  }
  if (bad) {
    const double* at =
        std::find_if(w, w + n, [](double v) { return !(v >= 0 && std::isfinite(v)); });
    throw InvalidData(
        concat(who, ": weights must be finite and at least 0, got ", *at, " in row ", at - w));
  }
  if (!positive) {
    throw InvalidData(concat(who, ": the weights of all ", n, " rows are 0"),
                      "give at least one row a positive weight");
  }
}

void check_finite(std::string_view who, std::string_view what, const double* values, Index n) {
  bool bad = false;
  for (Index i = 0; i < n; ++i) bad |= !(std::fabs(values[i]) < HUGE_VAL);
  if (!bad) return;
  const double* at = std::find_if(values, values + n, [](double v) { return !std::isfinite(v); });
  throw InvalidData(concat(who, ": ", what, " must be finite, got ", *at, " in row ", at - values));
}

int check_codes(std::string_view who, std::string_view what, const LabelsView& codes,
                int n_classes) {
  if (n_classes < 0) {
    throw InvalidParameter(concat(who, ": n_classes must be at least 0, got ", n_classes));
  }
  if (codes.size() == 0) return n_classes;
  const int lowest = codes.minCoeff();
  const int highest = codes.maxCoeff();
  if (lowest < 0) {
    throw InvalidData(concat(who, ": ", what, " must hold class codes 0, 1, ..., got ", lowest),
                      "Dataset turns any integers or names into codes");
  }
  if (n_classes > 0 && highest >= n_classes) {
    throw InvalidData(
        concat(who, ": ", what, " must hold class codes 0 to ", n_classes - 1, ", got ", highest),
        concat("there are ", n_classes, " classes"));
  }
  if (highest == 2147483647) {
    throw InvalidData(concat(who, ": ", what, " holds the code ", highest, ", which is too large"));
  }
  return n_classes > 0 ? n_classes : highest + 1;
}

int check_classes(std::string_view who, const LabelsView& y_true, const LabelsView& y_pred,
                  int n_classes, const SampleWeights& weights) {
  check_rows(who, "y_true", y_true.size(), "y_pred", y_pred.size());
  const int in_true = check_codes(who, "y_true", y_true, n_classes);
  const int in_pred = check_codes(who, "y_pred", y_pred, n_classes);
  check_weights(who, weights, y_true.size());
  return std::max(in_true, in_pred);
}

void check_scores(std::string_view who, const LabelsView& y_true, const ScoresView& scores,
                  const SampleWeights& weights) {
  check_rows(who, "y_true", y_true.size(), "scores", scores.rows());
  const Index columns = scores.cols();
  if (columns == 0) throw InvalidData(concat(who, ": the scores have no columns"));
  check_codes(who, "y_true", y_true, columns == 1 ? 2 : static_cast<int>(columns));
  check_weights(who, weights, y_true.size());
  if (scores.stride() == columns) {
    bool bad = false;
    const double* values = scores.data();
    for (Index i = 0; i < scores.rows() * columns; ++i) bad |= !(std::fabs(values[i]) < HUGE_VAL);
    if (!bad) return;
  }
  for (Index i = 0; i < scores.rows(); ++i) {
    for (Index c = 0; c < columns; ++c) {
      if (std::isfinite(scores.row(i)[c])) continue;
      throw InvalidData(concat(who, ": scores must be finite, got ", scores.row(i)[c], " in row ",
                               i, ", column ", c));
    }
  }
}

void check_probabilities(std::string_view who, const ScoresView& scores) {
  constexpr double slack = 1e-9;
  const Index columns = scores.cols();
  for (Index i = 0; i < scores.rows(); ++i) {
    const double* row = scores.row(i);
    bool bad = false;
    for (Index c = 0; c < columns; ++c) bad |= !(row[c] >= -slack && row[c] <= 1 + slack);
    if (!bad) continue;
    const double* at =
        std::find_if(row, row + columns, [](double p) { return !(p >= -slack && p <= 1 + slack); });
    throw InvalidData(concat(who, ": probabilities must lie in [0, 1], got ", *at, " in row ", i,
                             ", column ", at - row),
                      "pass the result of predict_proba, not decision values or percentages");
  }
}

}  // namespace grove::metrics
