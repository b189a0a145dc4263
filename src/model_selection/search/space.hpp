#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "grove/core/random.hpp"
#include "grove/params/schema.hpp"

// Search spaces as unit cubes and grids.

namespace grove {

/// The number of different values; nothing for a continuum.
std::optional<double> n_values(const SearchRange& range);
/// The number of points; nothing if a dimension is a continuum.
std::optional<double> n_points(const SearchSpace& space);

/// The value at u in [0, 1): equal shares of the cube for equal differences (or ratios), for whole
/// numbers and for choices. A logarithmic integer k has the share of [k - 1/2, k + 1/2].
Value value_at(const SearchRange& range, double u);

/// Value i of n_values(range).
Value nth_value(const SearchRange& range, std::size_t i);

/// Whether the range holds the value.
bool contains(const SearchRange& range, const Value& value);

/// `count` values evenly spread, ends included, in ascending order; all of them if there are fewer.
/// count >= 2.
std::vector<Value> levels(const SearchRange& range, std::size_t count);

/// Equal points have equal texts.
std::string text_of_point(const ParamValues& point);

/// Draws points, none twice in a finite space.
class PointSource {
 public:
  /// Never draws `own`.
  PointSource(SearchSpace space, const ParamValues& own, Rng rng);
  /// Nothing when all points of a finite space have been drawn.
  std::optional<ParamValues> next();
  /// Counts a point of the space as drawn; false if it was before.
  bool mark(const ParamValues& point);
  /// Forgets what was drawn, except for these points and the own one.
  void only_seen(std::unordered_set<std::string> points);
  /// Number of points that are left; nothing for a continuum.
  std::optional<double> left() const;

 private:
  ParamValues draw();
  /// One of the points not seen, all equally likely.
  std::optional<ParamValues> any_unseen();

  SearchSpace space_;
  std::optional<double> size_;
  std::string own_;
  bool own_inside_;
  Rng rng_;
  std::unordered_set<std::string> seen_;
};

}  // namespace grove
