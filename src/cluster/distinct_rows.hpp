#pragma once

#include <cstdint>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

namespace grove::cluster {

/// Which rows of a table are equal (0.0 and -0.0 are).
struct DistinctRows {
  static constexpr std::uint32_t none = 0xffffffff;
  /// The first row of each group of equal ones, ascending.
  std::vector<std::uint32_t> first;
  /// The group of each row: an index of `first`; `none` for a row that was left out.
  std::vector<std::uint32_t> group;
  /// Whether every row is a group of its own.
  bool all_differ() const { return first.size() == group.size(); }
  Matrix gather(const MatrixView& points) const;
};

/// Rows of weight 0 are left out; null: all weigh 1. O(n) time, 40 bytes a row.
DistinctRows distinct_rows(const MatrixView& points, const double* weights, const Context& context);
/// Every row as its own group, but for those of weight 0.
DistinctRows rows_apart(Index n, const double* weights);

}  // namespace grove::cluster
