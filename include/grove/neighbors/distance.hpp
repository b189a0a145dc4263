#pragma once

#include <algorithm>
#include <concepts>
#include <memory>
#include <string>

#include "grove/params/schema.hpp"

namespace grove {

/// How far points are apart. Between points a and b of d columns:
/// - euclidean, manhattan, chebyshev, minkowski: the norms L2, L1, Linf and Lp of a - b;
/// - cosine: 1 - cos of the angle; a point of zeros has none and is refused. No metric, since two
///   short steps can make a longer one than their sum: only brute force searches by it;
/// - hamming: the share of columns that differ;
/// - haversine: the great-circle distance of (latitude, longitude) in radians on a sphere of radius
///   1; other ranges than [-pi/2, pi/2] and [-pi, pi] are refused;
/// - mahalanobis: sqrt((a - b)' V^-1 (a - b)), V the covariance of the fitted points, or the
/// inverse
///   given to `Distance::mahalanobis`;
/// - gower: the mean over the columns known of both points of |a - b| / range for numbers (the
/// range
///   of the fitted points; at most 1) and of a != b for categories (Gower 1971); 1 if no column is.
///   The one that takes missing values and categories. No metric either.
enum class Metric {
  euclidean,
  manhattan,
  chebyshev,
  minkowski,
  cosine,
  hamming,
  haversine,
  mahalanobis,
  gower,
  user
};

/// Up to 16 points that a distance is asked for at once.
struct PointBlock {
  static constexpr Index lanes = 16;
  const double* rows;     // one point after another
  const double* columns;  // coordinate j of point i at columns[j * lanes + i]
  Index n_points;
  Index d;
};

namespace detail {

/// A distance added up column by column: `double term(double a, double b) const`, and if needed
/// `double finish(double sum) const` (increasing) and `double combine(double sum, double term)
/// const` in the place of addition.
template <class D>
concept TermDistance = requires(const D& d, double a) {
  { d.term(a, a) } -> std::convertible_to<double>;
};
template <class D>
concept PairDistance = requires(const D& d, const double* a, Index n) {
  { d(a, a, n) } -> std::convertible_to<double>;
};

struct DistanceKernel {
  virtual ~DistanceKernel() = default;
  /// To each point of the block; `out` has room for all lanes.
  virtual void distances(const double* query, const PointBlock& block, double* out) const = 0;
  virtual double of_pair(const double* a, const double* b, Index d) const = 0;
  /// Whether it reads the block's columns, or its rows.
  virtual bool by_column() const = 0;
  virtual bool is_metric() const = 0;
};

template <class D>
struct KernelOf final : DistanceKernel {
  D held;
  explicit KernelOf(D distance) : held(std::move(distance)) {}
  void distances(const double* query, const PointBlock& block, double* out) const override {
    if constexpr (TermDistance<D>) {
      constexpr Index at_once = 8;  // as many sums as stay in registers
      for (Index first = 0; first < PointBlock::lanes; first += at_once) {
        const double* const columns = block.columns + first;
        double sums[at_once] = {};
        for (Index j = 0; j < block.d; ++j)
          for (Index i = 0; i < at_once; ++i)
            sums[i] = added(sums[i], query[j], columns[j * PointBlock::lanes + i]);
        for (Index i = 0; i < at_once; ++i) out[first + i] = finished(sums[i]);
      }
    } else {
      for (Index i = 0; i < block.n_points; ++i)
        out[i] = held(query, block.rows + i * block.d, block.d);
    }
  }
  double of_pair(const double* a, const double* b, Index d) const override {
    if constexpr (TermDistance<D>) {
      double sum = 0;
      for (Index j = 0; j < d; ++j) sum = added(sum, a[j], b[j]);
      return finished(sum);
    } else {
      return held(a, b, d);
    }
  }
  bool by_column() const override { return TermDistance<D>; }
  bool is_metric() const override {
    if constexpr (requires { D::is_metric; }) return D::is_metric;
    return false;
  }

 private:
  double added(double sum, double a, double b) const {
    if constexpr (requires { held.combine(sum, sum); }) {
      return held.combine(sum, held.term(a, b));
    } else {
      return sum + held.term(a, b);
    }
  }
  double finished(double sum) const {
    if constexpr (requires { held.finish(sum); }) return held.finish(sum);
    return sum;
  }
};

}  // namespace detail

/// A distance between points: one of grove's by name, or a plain struct of yours, in one of two
/// forms. `double operator()(const double* a, const double* b, Index n) const` measures a pair.
/// `double term(double a, double b) const` is added up over the columns (`finish(sum)`, where there
/// is one, makes it the distance) and runs on 16 points at once, at the speed of grove's own. It
/// must be symmetric and never NaN (NaN throws InvalidData; what yours throws reaches the caller).
/// Brute force searches by it; the ball tree too if it says `static constexpr bool is_metric =
/// true`, which promises the triangle inequality.
class Distance {
 public:
  Distance(Metric metric = Metric::euclidean) : metric_(metric) {}
  template <class D>
  requires(!std::convertible_to<D, Metric> && !std::same_as<D, Distance>) Distance(D user)
      : metric_(Metric::user) {
    constexpr bool fits = detail::TermDistance<D> || detail::PairDistance<D>;
    static_assert(
        fits,
        "a distance needs `double operator()(const double* a, const double* b, Index n) const` or "
        "`double term(double a, double b) const`");
    if constexpr (fits) kernel_ = std::make_shared<const detail::KernelOf<D>>(std::move(user));
  }
  /// By the inverse of a covariance, d x d. Throws InvalidParameter unless it is symmetric and
  /// positive definite.
  static Distance mahalanobis(Matrix inverse_covariance);

  Metric metric() const { return metric_; }
  /// "euclidean", ..., "user".
  std::string name() const;
  /// Null unless it is the user's.
  const std::shared_ptr<const detail::DistanceKernel>& kernel() const { return kernel_; }
  /// Null unless given.
  const std::shared_ptr<const Matrix>& inverse_covariance() const { return inverse_covariance_; }

 private:
  Metric metric_;
  std::shared_ptr<const detail::DistanceKernel> kernel_;
  std::shared_ptr<const Matrix> inverse_covariance_;
};

template <>
struct ParamType<Distance> {
  static constexpr std::string_view name = "word";
  static Value to(const Distance& value) { return value.name(); }
  static std::optional<Distance> from(const Value& value);
};

}  // namespace grove
