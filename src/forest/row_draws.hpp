#pragma once

#include <cstdint>
#include <vector>

#include "grove/core/random.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

/// Bootstrap samples: rows with replacement, in proportion to their weights.
class RowDraws {
 public:
  /// Whole weights count repeated rows, and `share` of their sum is drawn; of others, `share` of
  /// the number of rows with weight.
  RowDraws(const Dataset& data, double share);
  Index n_draws() const { return n_draws_; }
  /// How often each row is drawn.
  std::vector<std::uint32_t> draw(Rng rng) const;

 private:
  Index n_rows_;
  Index n_draws_;
  bool whole_ = true;
  std::vector<double> cumulated_;  // weights up to each row; empty if there are none
};

}  // namespace grove
