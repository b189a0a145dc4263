#pragma once

#include <concepts>
#include <memory>
#include <string>

#include "grove/params/schema.hpp"

namespace grove {

enum class Metric { euclidean, manhattan, chebyshev, minkowski, user };

/// A distance between points: one of grove's by name, or a plain struct of yours with
/// `double operator()(const double* a, const double* b, Index n) const`. Yours is searched by brute
/// force; it must be symmetric and never NaN (NaN throws InvalidData).
class Distance {
 public:
  Distance(Metric metric = Metric::euclidean) : metric_(metric) {}
  template <class D>
  requires(!std::convertible_to<D, Metric> && !std::same_as<D, Distance>) Distance(D user)
      : metric_(Metric::user) {
    constexpr bool fits = requires(const D& d, const double* a, Index n) {
      { d(a, a, n) } -> std::convertible_to<double>;
    };
    static_assert(
        fits,
        "a distance needs `double operator()(const double* a, const double* b, Index n) const`");
    if constexpr (fits) user_ = std::make_shared<const Model<D>>(std::move(user));
  }

  Metric metric() const { return metric_; }
  /// "euclidean", ..., "user".
  std::string name() const;
  /// Distances from `a` to the n_points rows of `points`; only for Metric::user. One virtual call a
  /// block.
  void user_distances(const double* a, const double* points, Index n_points, Index n,
                      double* out) const {
    user_->distances(a, points, n_points, n, out);
  }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual void distances(const double* a, const double* points, Index n_points, Index n,
                           double* out) const = 0;
  };
  template <class D>
  struct Model final : Any {
    D held;
    explicit Model(D user) : held(std::move(user)) {}
    void distances(const double* a, const double* points, Index n_points, Index n,
                   double* out) const override {
      for (Index i = 0; i < n_points; ++i) out[i] = held(a, points + i * n, n);
    }
  };

  Metric metric_;
  std::shared_ptr<const Any> user_;
};

template <>
struct ParamType<Distance> {
  static constexpr std::string_view name = "word";
  static Value to(const Distance& value) { return value.name(); }
  static std::optional<Distance> from(const Value& value);
};

}  // namespace grove
