#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

/// Counter-based generator (Philox 4x64-10; Salmon et al., "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011) with distributions of its own, because those of the standard library differ
/// between implementations. The same seed gives the same numbers everywhere.
///
/// `split(i)` gives stream i, independent of this one and of how much of it was used: one stream
/// per tree, fold or block makes results independent of the number of threads.
class Rng {
 public:
  using result_type = std::uint64_t;

  explicit Rng(std::uint64_t seed = 0) : key_{seed, 0} {}

  Rng split(std::uint64_t stream) const;

  /// 64 random bits. Rng is a UniformRandomBitGenerator.
  std::uint64_t operator()() {
    if (used_ == block_.size()) refill();
    return block_[used_++];
  }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }
  /// Uniform in [0, n), unbiased. n must be at least 1.
  Index below(Index n);
  /// Standard normal (Box-Muller).
  double normal();
  /// Index drawn with probability weights[i] / sum. Weights are finite, >= 0, sum > 0.
  Index choice(VectorView weights);
  /// 0..n-1 in random order (Fisher-Yates).
  std::vector<Index> permutation(Index n);
  /// `count` different indices out of [0, n), in random order.
  std::vector<Index> sample(Index n, Index count);

  template <class T>
  void shuffle(std::vector<T>& values) {
    for (Index i = static_cast<Index>(values.size()) - 1; i > 0; --i) {
      using std::swap;
      swap(values[static_cast<std::size_t>(i)], values[static_cast<std::size_t>(below(i + 1))]);
    }
  }

 private:
  void refill();

  std::array<std::uint64_t, 2> key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint64_t, 4> block_{};
  std::size_t used_ = 4;
};

}  // namespace grove
