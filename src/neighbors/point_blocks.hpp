#pragma once

#include <vector>

#include "grove/core/context.hpp"
#include "neighbors/reduced_distance.hpp"

namespace grove {

/// Points that lie row by row, block by block as a kernel wants them: the columns are copied if it
/// reads them.
class BlockReader {
 public:
  BlockReader(const detail::DistanceKernel& kernel, Index d);
  /// The `n` <= 16 points that begin at `rows`.
  PointBlock operator()(const double* rows, Index n);

 private:
  bool by_column_;
  Index d_;
  std::vector<double> columns_;
};

/// Points in an order of one's own, kept in the blocks that a kernel wants.
class OrderedBlocks {
 public:
  OrderedBlocks() = default;
  /// Block i holds the points places[16 i] to places[16 i + 15]; a place of -1 is empty, and only
  /// empty ones follow it in its block.
  OrderedBlocks(const MatrixView& points, std::vector<Index> places,
                const detail::DistanceKernel& kernel, const Context& context);

  PointBlock block(Index i) const;
  Index row(Index place) const { return places_[static_cast<std::size_t>(place)]; }
  const Index* rows_of(Index block) const { return places_.data() + block * PointBlock::lanes; }

 private:
  std::vector<Index> places_;
  std::vector<double> values_;
  Index d_ = 0;
};

}  // namespace grove
