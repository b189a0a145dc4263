#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "boosting/trainer.hpp"

namespace grove {

/// Who takes part in a fit. Weights are rounded so that their sums are exact in any order; whole
/// ones stay as they are.
struct TrainingRows {
  std::vector<std::uint32_t> training;  // with weight, in order
  std::vector<std::int32_t> held_out;   // for early stopping
  Vector weights;                       // 0 for rows that are not trained on
  Vector held_out_weights;              // empty if none are
  bool unweighted = false;              // all training rows weigh 1
};

/// Rows with weight, times class weights; with early stopping and no validation set a share of them
/// is held out: of every class, or whole groups. Throws InvalidData if that leaves no rows.
TrainingRows training_rows(const TrainingTask& task);

}  // namespace grove
