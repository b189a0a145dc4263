#pragma once

#include <string_view>

#include "grove/core/types.hpp"
#include "grove/metrics/views.hpp"

// The checks that metrics make first. `who` is the metric's name, `what` the argument's.

namespace grove::metrics {

/// Equal lengths, at least one row.
void check_rows(std::string_view who, std::string_view first, Index n_first,
                std::string_view second, Index n_second);
/// Length n, finite, >= 0, positive sum.
void check_weights(std::string_view who, const SampleWeights& weights, Index n);
/// No NaN, no inf.
void check_finite(std::string_view who, std::string_view what, const double* values, Index n);
/// Codes in 0..n_classes-1 (n_classes = 0: any code >= 0). The largest code + 1, or n_classes.
int check_codes(std::string_view who, std::string_view what, const LabelsView& codes,
                int n_classes);
/// Rows, codes and weights; the number of classes.
int check_classes(std::string_view who, const LabelsView& y_true, const LabelsView& y_pred,
                  int n_classes, const SampleWeights& weights);
/// Finite scores of y_true's rows; codes within the columns (a vector: 0 and 1).
void check_scores(std::string_view who, const LabelsView& y_true, const ScoresView& scores,
                  const SampleWeights& weights);
/// Every value within [0, 1], up to rounding.
void check_probabilities(std::string_view who, const ScoresView& scores);

/// Calls f(weight), where weight(i) is the weight of row i; without weights it is a constant 1.
template <class F>
auto with_weight(const SampleWeights& weights, F&& f) {
  if (weights.given()) {
    const double* data = weights.data();
    return f([data](Index i) { return data[i]; });
  }
  return f([](Index) { return 1.0; });
}

}  // namespace grove::metrics
