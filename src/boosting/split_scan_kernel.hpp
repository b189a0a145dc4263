// Included by split_scan_*.cpp, each with its own instruction set and its GROVE_INSTRUCTION_SET. No
// standard library here: see split_scan.hpp.

#include "boosting/split_scan.hpp"

namespace grove::GROVE_INSTRUCTION_SET {

namespace {

constexpr int lanes = GROVE_VECTOR_BYTES / 8;
using V = double __attribute__((vector_size(GROVE_VECTOR_BYTES)));
using Mask = long long __attribute__((vector_size(GROVE_VECTOR_BYTES)));

inline __attribute__((always_inline)) V load(const double* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

inline __attribute__((always_inline)) V all(double x) { return x - V{}; }

/// The square of what is left of |g| beyond l1.
template <class T>
inline __attribute__((always_inline)) T thresholded_square(T g, T l1) {
  const T magnitude = g < T{} ? -g : g;
  const T rest = magnitude > l1 ? magnitude - l1 : T{};
  return rest * rest;
}

template <class T>
inline __attribute__((always_inline)) T score(T g, T h, const SplitScan& scan, T g_total, T h_total,
                                              T l1, T l2, T least) {
  const T left_g = g + scan.gradient_shift;
  const T left_h = h + scan.hessian_shift;
  const T right_g = g_total - left_g;
  const T right_h = h_total - left_h;
  const T left = left_h + l2;
  const T right = right_h + l2;
  // One division in place of two.
  const T value =
      (thresholded_square(left_g, l1) * right + thresholded_square(right_g, l1) * left) /
      (left * right);
  const T smaller = left_h < right_h ? left_h : right_h;
  return smaller >= least ? value : T{};
}

}  // namespace

int scan_splits(const SplitScan& scan) {
  const V g_total = all(scan.gradient_total), h_total = all(scan.hessian_total);
  const V l1 = all(scan.l1), l2 = all(scan.l2), least = all(scan.least_hessian);
  V tops = V{};
  int b = 0;
  for (; b + lanes <= scan.n; b += lanes) {
    const V value = score<V>(load(scan.gradients + b), load(scan.hessians + b), scan, g_total,
                             h_total, l1, l2, least);
    __builtin_memcpy(scan.scores + b, &value, sizeof value);
    tops = value > tops ? value : tops;
  }
  double top = 0;
  for (int lane = 0; lane < lanes; ++lane) top = tops[lane] > top ? tops[lane] : top;
  for (; b < scan.n; ++b) {
    const double value =
        score<double>(scan.gradients[b], scan.hessians[b], scan, scan.gradient_total,
                      scan.hessian_total, scan.l1, scan.l2, scan.least_hessian);
    scan.scores[b] = value;
    top = value > top ? value : top;
  }
  if (!(top > 0)) return -1;
  b = 0;
  while (scan.scores[b] != top) ++b;
  return b;
}

}  // namespace grove::GROVE_INSTRUCTION_SET
