#pragma once

#include <cstdlib>
#include <memory>
#include <string_view>

#include "grove/core/types.hpp"

namespace grove::cluster {

/// The distances of n clusters, each pair once: row i holds those to clusters 0..i-1. In 64-bit
/// numbers, on large pages.
class DistanceTriangle {
 public:
  /// Throws InvalidData, naming `who`, if the machine does not have the room.
  static void check_room(std::string_view who, Index n);
  /// Room for them. Throws InvalidData, naming `who`, if the machine does not have it.
  DistanceTriangle(std::string_view who, Index n);
  double* row(Index i) const { return values_.get() + i * (i - 1) / 2; }
  /// Of two different clusters.
  double at(Index i, Index j) const { return i > j ? row(i)[j] : row(j)[i]; }

 private:
  struct Free {
    void operator()(double* values) const { std::free(values); }
  };
  std::unique_ptr<double, Free> values_;
};

}  // namespace grove::cluster
