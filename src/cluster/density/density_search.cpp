#include "cluster/density/density_search.hpp"

#include <algorithm>
#include <cmath>

namespace grove::cluster {

namespace {

/// By how much, relatively, a sum of doubles can be off: 2^31 of them by 2^-22.
constexpr double rounding = 1e-6;

/// Sums of multiples of 2^-20 up to 2^32 have no rounding.
bool sums_are_exact(const Vector& weights) {
  constexpr double unit = 0x1p20;
  double sum = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    if (weights(i) > 0x1p32 || std::floor(weights(i) * unit) != weights(i) * unit) return false;
    sum += weights(i);
  }
  return sum <= 0x1p32;
}

}  // namespace

CoreRule::CoreRule(int min_samples, const Vector* weights)
    : min_samples_(min_samples),
      weights_(weights != nullptr ? weights->data() : nullptr),
      enough_(min_samples),
      too_little_(min_samples) {
  if (weights == nullptr || sums_are_exact(*weights)) return;
  enough_ *= 1 + rounding;
  too_little_ *= 1 - rounding;
}

bool CoreRule::reached_by(const std::vector<double>& weights) const {
  // Parts that do not overlap, the smallest first, add up to the exact sum (Shewchuk, "Adaptive
  // precision floating-point arithmetic", 1997): its sign is that of the largest.
  std::vector<double> parts{-static_cast<double>(min_samples_)};
  for (const double weight : weights) {
    double sum = weight;
    std::size_t kept = 0;
    for (const double part : parts) {
      const double total = sum + part;
      const double virtual_part = total - sum;
      const double lost = (sum - (total - virtual_part)) + (part - virtual_part);
      if (lost != 0) parts[kept++] = lost;
      sum = total;
    }
    parts.resize(kept);
    parts.push_back(sum);
  }
  const auto largest =
      std::find_if(parts.rbegin(), parts.rend(), [](double part) { return part != 0; });
  return largest == parts.rend() || *largest > 0;
}

Within::Within(const ReducedDistance& reduced_distance, double distance)
    : reduced(reduced_distance), eps(distance), certain(distance), reach(reduced.reach(distance)) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (reduced.metric == Metric::minkowski) {
    certain = -1;
    return;
  }
  if (reduced.metric == Metric::euclidean) certain = eps * eps;
  if (reduced.metric == Metric::cosine) certain = eps * 2;
  if (reduced.metric == Metric::hamming) certain = eps * static_cast<double>(reduced.d);
  certain = std::min(certain, std::numeric_limits<double>::max());
  while (reduced.finish(certain) > eps) certain = std::nextafter(certain, -infinity);
  while (certain < std::numeric_limits<double>::max() &&
         reduced.finish(std::nextafter(certain, infinity)) <= eps)
    certain = std::nextafter(certain, infinity);
}

}  // namespace grove::cluster
