#pragma once

#include <cstdint>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

/// One column as ranks: each distinct value its own, in order; of a categorical column, the code.
/// Missing values have rank n_ranks.
struct RankedColumn {
  bool categorical = false;
  std::uint32_t n_ranks = 0;
  std::vector<double> values = {};         // numeric: by rank
  std::vector<std::uint16_t> narrow = {};  // of every row, where n_ranks fits
  std::vector<std::uint32_t> wide = {};    // else

  /// Calls f with the array of ranks, whichever it is.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return narrow.empty() ? f(wide.data()) : f(narrow.data());
  }
};

using RankTable = std::vector<RankedColumn>;

/// O(n log n) a column, parallel over columns; memory 2 bytes a value (4 with more than 65535
/// distinct ones).
RankTable rank_columns(const Dataset& data, const Context& context);

}  // namespace grove
