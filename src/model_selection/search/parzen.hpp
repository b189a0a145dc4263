#pragma once

#include <vector>

#include "grove/core/random.hpp"
#include "grove/params/search_space.hpp"

namespace grove {

/// Density of one dimension of a search space around observed values: a mixture of normal
/// distributions cut to the range, one for each value and a wide one for the prior; for choices
/// their counts plus one. Bandwidths as in Optuna: the larger distance to the neighbours, at least
/// 1 / min(100, n + 1) of the range. Logarithmic ranges are taken by their logarithm; a whole
/// number k has the mass of [k - 1/2, k + 1/2]. Bergstra et al. 2011, section 4.
class Parzen {
 public:
  /// Values that the range does not hold are left out.
  Parzen(const SearchRange& range, const std::vector<Value>& values);

  Value sample(Rng& rng) const;
  /// Of a value that the range holds, up to a constant that is the same for all Parzens of the
  /// range.
  double log_density(const Value& value) const;

 private:
  struct Kernel {
    double mean, sigma, inside;  // inside: its mass within the range
  };
  double coordinate(double number) const;
  double mass(const Kernel& kernel, double from, double to) const;

  SearchRange range_;
  Vector counts_;  // of choices
  double low_ = 0, high_ = 0;
  std::vector<Kernel> kernels_;
};

}  // namespace grove
