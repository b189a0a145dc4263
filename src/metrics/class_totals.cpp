#include "metrics/class_totals.hpp"

#include <algorithm>

#include "metrics/checks.hpp"

namespace grove::metrics {

Index ClassTotals::n_occurring() const {
  return static_cast<Index>(std::count(seen.begin(), seen.end(), char{1}));
}

ClassTotals class_totals(const LabelsView& y_true, const LabelsView& y_pred, int n_classes,
                         const SampleWeights& weights) {
  ClassTotals totals{Vector::Zero(n_classes), Vector::Zero(n_classes), Vector::Zero(n_classes),
                     std::vector<char>(static_cast<std::size_t>(n_classes), 0)};
  with_weight(weights, [&](auto weight) {
    for (Index i = 0; i < y_true.size(); ++i) {
      const int a = y_true[i];
      const int b = y_pred[i];
      const double w = weight(i);
      totals.truth[a] += w;
      totals.predicted[b] += w;
      if (a == b) totals.correct[a] += w;
      totals.seen[static_cast<std::size_t>(a)] = 1;
      totals.seen[static_cast<std::size_t>(b)] = 1;
    }
  });
  return totals;
}

}  // namespace grove::metrics
