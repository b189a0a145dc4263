#include "cluster/k_means/center_blocks.hpp"

#include <algorithm>
#include <limits>

namespace grove::cluster {

namespace {

constexpr Index lanes = exact_lanes;

}  // namespace

CenterBlocks::CenterBlocks(const Matrix& centers) : k_(centers.rows()), d_(centers.cols()) {
  values_.assign(static_cast<std::size_t>((k_ + lanes - 1) / lanes * lanes * d_), 0.0);
  for (Index c = 0; c < k_; ++c)
    for (Index j = 0; j < d_; ++j)
      values_[static_cast<std::size_t>((c / lanes * d_ + j) * lanes + c % lanes)] = centers(c, j);
}

CenterBlocks::Nearest CenterBlocks::nearest(const double* point) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Nearest best{infinity, 0, infinity};
  double found[lanes];
  for (Index first = 0; first < k_; first += lanes) {
    center_kernels().squared_block(point, block(first), d_, found);
    const Index count = std::min(lanes, k_ - first);
    for (Index c = 0; c < count; ++c) {
      if (found[c] < best.squared) {
        best = {found[c], static_cast<int>(first + c), best.squared};
      } else {
        best.second = std::min(best.second, found[c]);
      }
    }
  }
  return best;
}

void CenterBlocks::squared(const double* point, double* out) const {
  double found[lanes];
  for (Index first = 0; first < k_; first += lanes) {
    center_kernels().squared_block(point, block(first), d_, found);
    std::copy_n(found, std::min(lanes, k_ - first), out + first);
  }
}

}  // namespace grove::cluster
