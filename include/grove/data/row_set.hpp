#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "grove/core/types.hpp"

namespace grove {

class Dataset;

/// Which rows of which table. Every Dataset made from numbers is a table of its own; `take` and
/// `with_...` stay with the table that they began from. So two sets can be asked whether they share
/// samples even after the columns have changed. Copies are cheap; memory one bit per row of the
/// table, none for a whole table.
class RowSet {
 public:
  RowSet() = default;  // no rows
  /// O(n).
  explicit RowSet(const Dataset& data);

  /// Distinct rows.
  Index size() const { return size_; }
  /// Whether it holds row `row` of the table `source`; see Dataset::source_row.
  bool contains(std::uint64_t source, Index row) const;
  /// How many of the data's rows it holds. O(n).
  Index shared_with(const Dataset& data) const;

 private:
  std::uint64_t source_ = 0;
  Index size_ = 0;
  std::shared_ptr<const std::vector<bool>> rows_;  // null: the first size_ rows
};

/// Something that a fitted transformer did to the columns of a data set.
struct DataStep {
  std::string transformer;  // its expression
  RowSet fitted_on;
  bool used_target = false;  // it looked at the target of these rows
};

}  // namespace grove
