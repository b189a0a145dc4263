#pragma once

#include <cstddef>
#include <vector>

#include "grove/core/types.hpp"

namespace grove::metrics {

/// The rows with weight by their group id, in a group by their number.
class RowGroups {
 public:
  /// weight(i) is the weight of row i.
  template <class Weight>
  RowGroups(const LabelsView& ids, const Weight& weight) {
    for (Index i = 0; i < ids.size(); ++i)
      if (weight(i) > 0) rows_.push_back(i);
    sort(ids);
  }

  Index count() const { return static_cast<Index>(starts_.size()) - 1; }
  std::vector<Index> rows_of(Index group) const {
    const auto at = [&](Index g) {
      return rows_.begin() + static_cast<std::ptrdiff_t>(starts_[static_cast<std::size_t>(g)]);
    };
    return {at(group), at(group + 1)};
  }

 private:
  void sort(const LabelsView& ids);

  std::vector<Index> rows_;
  std::vector<std::size_t> starts_;  // and the end of the last
};

}  // namespace grove::metrics
