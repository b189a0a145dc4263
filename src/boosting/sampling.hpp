#pragma once

#include <cstdint>
#include <vector>

#include "grove/boosting/gradient_boosting_params.hpp"
#include "grove/core/random.hpp"

namespace grove {

/// The rows that a round sees, in order.
struct SampledRows {
  std::vector<std::uint32_t> drawn;
  const std::vector<std::uint32_t>* all = nullptr;  // the training rows, if none are left out

  const std::vector<std::uint32_t>& rows() const { return all != nullptr ? *all : drawn; }
};

/// Draws the rows of a round out of `training`, by `params.sampling`. GOSS and MVS scale the
/// gradients and hessians (n_outputs x n) of what they draw.
SampledRows sample_rows(const GradientBoostingParams& params,
                        const std::vector<std::uint32_t>& training, const Rng& rng,
                        Matrix& gradients, Matrix& hessians);

/// The rounds that dart leaves out, in order.
std::vector<int> rounds_to_drop(const GradientBoostingParams& params, int n_rounds, Rng rng);

}  // namespace grove
