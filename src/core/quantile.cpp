#include "core/quantile.hpp"

#include <algorithm>
#include <cmath>

namespace grove {

namespace {

double value_at(const std::vector<Weighted>& sorted, double position) {
  double reached = 0;
  for (const Weighted& entry : sorted) {
    reached += entry.weight;
    if (reached > position) return entry.value;
  }
  return sorted.back().value;
}

/// Exact at both ends and where a == b; does not overflow.
double between_values(double a, double b, double t) {
  const double gap = b - a;
  if (!std::isfinite(gap)) return a * (1 - t) + b * t;
  return t < 0.5 ? a + gap * t : b - gap * (1 - t);
}

}  // namespace

void sort_by_value(std::vector<Weighted>& values) {
  std::sort(values.begin(), values.end(), [](const Weighted& a, const Weighted& b) {
    return a.value != b.value ? a.value < b.value : a.weight < b.weight;
  });
}

double quantile_sorted(const std::vector<Weighted>& values, double q) {
  double total = 0;
  bool whole = true;
  for (const Weighted& entry : values) {
    total += entry.weight;
    whole = whole && entry.weight == std::floor(entry.weight);
  }
  if (whole) {
    const double position = q * (total - 1);
    const double low = std::floor(position);
    const double a = value_at(values, low);
    return between_values(a, value_at(values, std::min(low + 1, total - 1)), position - low);
  }
  double reached = 0;
  for (const Weighted& entry : values) {
    reached += entry.weight;
    if (reached >= q * total) return entry.value;
  }
  return values.back().value;
}

double quantile(std::vector<Weighted>& values, double q) {
  sort_by_value(values);
  return quantile_sorted(values, q);
}

}  // namespace grove
