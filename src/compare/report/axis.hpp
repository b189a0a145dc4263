#pragma once

#include <string>
#include <vector>

// The scales of the figures.

namespace grove::report {

/// A stretch of numbers that begins and ends at a tick or, on a log scale, at the data.
class Axis {
 public:
  /// About `n_steps` steps of 1, 2 or 5 times a power of ten. One value alone gets room around it.
  static Axis linear(double least, double most, int n_steps = 4);
  /// Both > 0. Ticks at powers of ten, with 2 and 5 between them where there are few.
  static Axis log(double least, double most);
  /// Exactly from `least` to `most`, in `n_steps` steps.
  static Axis fixed(double least, double most, int n_steps, int digits);

  /// 0 at the low end, 1 at the high end.
  double place(double value) const;
  const std::vector<double>& ticks() const { return ticks_; }
  std::string label(double tick) const;
  bool holds(double value) const { return !(value < low_) && !(value > high_); }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  double low_ = 0;
  double high_ = 1;
  bool log_ = false;
  int digits_ = 2;
  std::vector<double> ticks_;
};

/// "20 us", "1.5 ms", "2 s", "3 h": for ticks and labels of times.
std::string short_seconds(double seconds);

}  // namespace grove::report
