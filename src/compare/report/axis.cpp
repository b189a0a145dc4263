#include "compare/report/axis.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace grove::report {

Axis Axis::fixed(double least, double most, int n_steps, int digits) {
  Axis axis;
  axis.low_ = least;
  axis.high_ = most;
  axis.digits_ = digits;
  for (int i = 0; i <= n_steps; ++i) axis.ticks_.push_back(least + (most - least) * i / n_steps);
  return axis;
}

Axis Axis::linear(double least, double most, int n_steps) {
  if (!(most > least)) {
    const double room = std::max(std::abs(least) * 0.05, 1e-6);
    least -= room;
    most += room;
  }
  const double rough = (most - least) / n_steps;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double share = rough / power;
  const double step = power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
  const double first = std::floor(least / step + 1e-9);
  const double last = std::max(std::ceil(most / step - 1e-9), first + 1);
  const int digits = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 9);
  return fixed(first * step, last * step, static_cast<int>(last - first), digits);
}

Axis Axis::log(double least, double most) {
  Axis axis;
  axis.log_ = true;
  // A little room, so that no mark sits on the border; at least a factor of four.
  const double centre = std::sqrt(least) * std::sqrt(most);
  axis.low_ = std::min(least / 1.25, centre / 2);
  axis.high_ = std::max(most * 1.25, centre * 2);
  const double decades = std::log10(axis.high_ / axis.low_);
  const std::vector<double> steps = decades < 1.2   ? std::vector<double>{1, 2, 5}
                                    : decades < 2.4 ? std::vector<double>{1, 3}
                                                    : std::vector<double>{1};
  const int every = std::max(1, static_cast<int>(std::ceil(decades / 5)));
  for (int power = static_cast<int>(std::floor(std::log10(axis.low_))); power < 300; ++power) {
    if (std::pow(10.0, power) > axis.high_) break;
    if (power % every != 0) continue;
    for (const double step : steps) {
      const double tick = step * std::pow(10.0, power);
      if (tick >= axis.low_ && tick <= axis.high_) axis.ticks_.push_back(tick);
    }
  }
  return axis;
}

double Axis::place(double value) const {
  if (log_) return std::log(value / low_) / std::log(high_ / low_);
  return (value - low_) / (high_ - low_);
}

std::string Axis::label(double tick) const {
  if (log_) return short_seconds(tick);
  const double step = ticks_.size() > 1 ? ticks_[1] - ticks_[0] : 1;
  return fixed_text(std::abs(tick) < step / 2 ? 0 : tick, digits_);
}

std::string short_seconds(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  const auto digits = [](double value) {
    char digits_of = value < 9.95 ? 1 : 0;
    std::string text = fixed_text(value, digits_of);
    if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
    return text;
  };
  if (seconds < 0.9995e-3) return digits(seconds * 1e6) + " µs";
  if (seconds < 0.9995) return digits(seconds * 1e3) + " ms";
  if (seconds < 5400) return digits(seconds) + " s";
  return digits(seconds / 3600) + " h";
}

}  // namespace grove::report
