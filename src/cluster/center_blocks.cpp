#include "cluster/center_blocks.hpp"

#include <algorithm>
#include <limits>

namespace grove::cluster {

double squared_distance(const double* a, const double* b, Index n) {
  double sum = 0;
  for (Index j = 0; j < n; ++j) {
    const double difference = a[j] - b[j];
    sum += difference * difference;
  }
  return sum;
}

CenterBlocks::CenterBlocks(const Matrix& centers) : k_(centers.rows()), d_(centers.cols()) {
  values_.assign(static_cast<std::size_t>((k_ + lanes - 1) / lanes * lanes * d_), 0.0);
  for (Index c = 0; c < k_; ++c)
    for (Index j = 0; j < d_; ++j)
      values_[static_cast<std::size_t>((c / lanes * d_ + j) * lanes + c % lanes)] = centers(c, j);
}

void CenterBlocks::block(const double* point, Index first, Block& sums) const {
  const double* values = values_.data() + first * d_;
  double total[lanes] = {};
  for (Index j = 0; j < d_; ++j) {
    for (Index c = 0; c < lanes; ++c) {
      const double difference = point[j] - values[j * lanes + c];
      total[c] += difference * difference;
    }
  }
  std::copy(total, total + lanes, sums.begin());
}

CenterBlocks::Nearest CenterBlocks::nearest(const double* point) const {
  Nearest best{std::numeric_limits<double>::infinity(), 0};
  Block sums;
  for (Index first = 0; first < k_; first += lanes) {
    block(point, first, sums);
    const Index count = std::min(lanes, k_ - first);
    for (Index c = 0; c < count; ++c)
      if (sums[static_cast<std::size_t>(c)] < best.squared)
        best = {sums[static_cast<std::size_t>(c)], static_cast<int>(first + c)};
  }
  return best;
}

void CenterBlocks::squared(const double* point, double* out) const {
  Block sums;
  for (Index first = 0; first < k_; first += lanes) {
    block(point, first, sums);
    std::copy_n(sums.begin(), std::min(lanes, k_ - first), out + first);
  }
}

}  // namespace grove::cluster
