#include <bit>
#include <cstdint>

#include "grove/boosting/objective.hpp"

namespace grove {

namespace {

/// exp by x = n ln 2 + r, |r| <= ln 2 / 2, and the Taylor series of r. Plain sums and products in
/// one order, so that the bits are the same for any width of vectors.
[[gnu::always_inline]] inline double exp_of(double x) {
  constexpr double shift = 0x1.8p52;  // adding it rounds to an integer, in the low bits
  x = x < -708 ? -708 : x;
  x = x > 710 ? 710 : x;
  const double shifted = x * 0x1.71547652b82fep0 + shift;
  const double n = shifted - shift;
  const double r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  const double r2 = r * r, r4 = r2 * r2;
  const double low = (1.0 / 2 + r * (1.0 / 6)) + r2 * (1.0 / 24 + r * (1.0 / 120));
  const double middle = (1.0 / 720 + r * (1.0 / 5040)) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
  const double high =
      (1.0 / 3628800 + r * (1.0 / 39916800)) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800));
  const double series = 1 + (r + r2 * (low + r4 * (middle + r4 * high)));
  // 2^(n-1), then once more 2: n may be 1024.
  const double scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1022) << 52);
  return series * scale * 2;
}

[[gnu::always_inline]] inline void exp_all(double* values, Index n) {
  for (Index i = 0; i < n; ++i) values[i] = exp_of(values[i]);
}

void exp_baseline(double* values, Index n) { exp_all(values, n); }

#if defined(__x86_64__)
[[gnu::target("avx2")]] void exp_avx2(double* values, Index n) { exp_all(values, n); }
#endif

}  // namespace

void exp_in_place(Eigen::Ref<Vector> values) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return exp_avx2(values.data(), values.size());
#endif
  exp_baseline(values.data(), values.size());
}

}  // namespace grove
