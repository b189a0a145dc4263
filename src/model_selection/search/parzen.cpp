#include "model_selection/search/parzen.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "model_selection/search/space.hpp"

namespace grove {

namespace {

double number_of(const Value& value) {
  const auto* whole = value.get_if<std::int64_t>();
  return whole != nullptr ? static_cast<double>(*whole) : *value.get_if<double>();
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

/// The larger distance to the neighbours; for the outermost, to the one that they have.
std::vector<double> bandwidths(const std::vector<double>& means, double width) {
  std::vector<double> result;
  const double least = width / std::min(100.0, 1.0 + static_cast<double>(means.size()));
  for (std::size_t i = 0; i < means.size(); ++i) {
    const double before = i > 0 ? means[i] - means[i - 1] : 0;
    const double after = i + 1 < means.size() ? means[i + 1] - means[i] : 0;
    result.push_back(std::clamp(std::max(before, after), least, width));
  }
  return result;
}

}  // namespace

double Parzen::coordinate(double number) const {
  return range_.logarithmic ? std::log(number) : number;
}

Parzen::Parzen(const SearchRange& range, const std::vector<Value>& values) : range_(range) {
  if (!range_.choices.empty()) {
    counts_ = Vector::Ones(static_cast<Index>(range_.choices.size()));
    for (const Value& value : values) {
      const auto at = std::find(range_.choices.begin(), range_.choices.end(), value);
      if (at != range_.choices.end()) ++counts_(at - range_.choices.begin());
    }
    return;
  }
  const double half = range_.integer ? 0.5 : 0;
  low_ = coordinate(range_.low - half);
  high_ = coordinate(range_.high + half);
  const double width = high_ - low_;
  const double middle = (low_ + high_) / 2;
  std::vector<double> means = {middle};  // the prior
  for (const Value& value : values)
    if (contains(range_, value)) means.push_back(coordinate(number_of(value)));
  std::sort(means.begin(), means.end());
  std::vector<double> sigmas = bandwidths(means, width);
  sigmas[static_cast<std::size_t>(std::find(means.begin(), means.end(), middle) - means.begin())] =
      width;
  for (std::size_t i = 0; i < means.size(); ++i) {
    Kernel kernel{means[i], sigmas[i], 1};
    kernel.inside = mass(kernel, low_, high_);
    kernels_.push_back(kernel);
  }
}

double Parzen::mass(const Kernel& kernel, double from, double to) const {
  return (normal_cdf((to - kernel.mean) / kernel.sigma) -
          normal_cdf((from - kernel.mean) / kernel.sigma)) /
         kernel.inside;
}

Value Parzen::sample(Rng& rng) const {
  if (!range_.choices.empty()) return range_.choices[static_cast<std::size_t>(rng.choice(counts_))];
  if (range_.low == range_.high) return nth_value(range_, 0);
  const Kernel& kernel =
      kernels_[static_cast<std::size_t>(rng.below(static_cast<Index>(kernels_.size())))];
  // A kernel's mean is inside and its sigma at most the width: a third of its mass is inside.
  double drawn = kernel.mean + kernel.sigma * rng.normal();
  while (drawn < low_ || drawn > high_) drawn = kernel.mean + kernel.sigma * rng.normal();
  const double number = range_.logarithmic ? std::exp(drawn) : drawn;
  if (range_.integer)
    return static_cast<std::int64_t>(std::clamp(std::round(number), range_.low, range_.high));
  return std::clamp(number, range_.low, range_.high);
}

double Parzen::log_density(const Value& value) const {
  if (!range_.choices.empty()) {
    const auto at = std::find(range_.choices.begin(), range_.choices.end(), value);
    return std::log(counts_(at - range_.choices.begin()) / counts_.sum());
  }
  if (range_.low == range_.high) return 0;
  const double number = number_of(value);
  double sum = 0;
  for (const Kernel& kernel : kernels_) {
    if (range_.integer) {
      sum += mass(kernel, coordinate(number - 0.5), coordinate(number + 0.5));
    } else {
      const double z = (coordinate(number) - kernel.mean) / kernel.sigma;
      sum += std::exp(-z * z / 2) / (kernel.sigma * kernel.inside);
    }
  }
  return std::log(sum / static_cast<double>(kernels_.size()));
}

}  // namespace grove
