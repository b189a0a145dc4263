#pragma once

#include <vector>

namespace grove {

struct Weighted {
  double value;
  double weight;
};

/// The q-quantile, q in [0, 1], of at least one value; sorts `values`. Weights are > 0.
/// Integer weights count repeated values, and the quantile interpolates linearly between order
/// statistics (numpy's default). Any other weights give the smallest value at which the cumulated
/// weight reaches q of the whole, so that their scale does not matter.
double quantile(std::vector<Weighted>& values, double q);
/// The same of values that are sorted already.
double quantile_sorted(const std::vector<Weighted>& values, double q);
void sort_by_value(std::vector<Weighted>& values);

}  // namespace grove
