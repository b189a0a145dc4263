#pragma once

#include <vector>

#include "grove/core/types.hpp"
#include "grove/metrics/views.hpp"

namespace grove::metrics {

/// Per class: the weight of its rows that are right, of its rows, of the rows predicted as it.
struct ClassTotals {
  Vector correct;
  Vector truth;
  Vector predicted;
  std::vector<char> seen;  // in y_true or y_pred, at any weight

  bool occurs(Index c) const { return seen[static_cast<std::size_t>(c)] != 0; }
  Index n_occurring() const;
};

/// Codes must be checked: in 0..n_classes-1.
ClassTotals class_totals(const LabelsView& y_true, const LabelsView& y_pred, int n_classes,
                         const SampleWeights& weights);

}  // namespace grove::metrics
