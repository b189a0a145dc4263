#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "neighbors/reduced_distance.hpp"

// What DBSCAN asks of a way to search, and what every way answers alike.

namespace grove::cluster {

using PointId = std::uint32_t;
inline constexpr PointId nobody = std::numeric_limits<PointId>::max();

/// When a point is core: if the weights within eps, its own included, reach min_samples. Weights
/// are compared by their exact sum, so that the order in which points are found does not matter:
/// sums in doubles that are too near to tell are left to `reached_by`.
class CoreRule {
 public:
  /// Null: all weights are 1. The weights must outlive the rule.
  CoreRule(int min_samples, const Vector* weights);

  const double* weights() const { return weights_; }
  int min_samples() const { return min_samples_; }
  /// A sum of doubles that is as large says yes; one below `too_little` says no.
  double enough() const { return enough_; }
  double too_little() const { return too_little_; }
  bool unclear(double sum) const { return sum >= too_little_ && sum < enough_; }
  /// By the exact sum.
  bool reached_by(const std::vector<double>& weights) const;

 private:
  int min_samples_;
  const double* weights_;
  double enough_, too_little_;
};

/// "Within eps" for reduced distances: the comparison of true distances with eps, in doubles.
struct Within {
  Within(const ReducedDistance& reduced_distance, double eps);

  /// For every metric.
  bool operator()(double distance) const {
    return distance <= certain || (distance <= reach && reduced.finish(distance) <= eps);
  }

  ReducedDistance reduced;
  double eps;
  /// The largest reduced distance that is within; -1 for minkowski, where rounding may break the
  /// order of reduced and true distances.
  double certain;
  /// No bound of a point that is within exceeds it.
  double reach;
};

/// Of each point: whether it is core; a name below n_names that all core points of its cluster
/// share, and no others; if it is not core, the lowest core point within eps, or nobody.
struct Density {
  Buffer<char> core;
  Buffer<PointId> owner;
  Index n_names;
  Density(Index n, Index names)
      : core(static_cast<std::size_t>(n)), owner(static_cast<std::size_t>(n)), n_names(names) {}
};

class DensitySearch {
 public:
  virtual ~DensitySearch() = default;
  /// Remembers which points are core.
  virtual Density find(std::string_view who, const CoreRule& rule, const Context& context) = 0;
  /// In the place of `find`, for points whose answer is known.
  virtual void set_core(const Buffer<char>& core) = 0;
  /// The lowest core point within eps of each query, or nobody.
  virtual void lowest_core(std::string_view who, const MatrixView& queries, PointId* found,
                           const Context& context) const = 0;
  /// The points, in their order.
  virtual Matrix points() const = 0;
};

}  // namespace grove::cluster
