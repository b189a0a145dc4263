#include "neighbors/point_blocks.hpp"

#include "grove/core/parallel.hpp"

namespace grove {

namespace {
constexpr Index lanes = PointBlock::lanes;
}

BlockReader::BlockReader(const detail::DistanceKernel& kernel, Index d)
    : by_column_(kernel.by_column()), d_(d) {
  if (by_column_) columns_.resize(static_cast<std::size_t>(d * lanes));
}

PointBlock BlockReader::operator()(const double* rows, Index n) {
  if (by_column_)
    for (Index i = 0; i < n; ++i)
      for (Index j = 0; j < d_; ++j)
        columns_[static_cast<std::size_t>(j * lanes + i)] = rows[i * d_ + j];
  return {rows, columns_.data(), n, d_};
}

OrderedBlocks::OrderedBlocks(const MatrixView& points, std::vector<Index> places,
                             const detail::DistanceKernel& kernel, const Context& context)
    : places_(std::move(places)), d_(points.cols()) {
  const auto n_places = static_cast<Index>(places_.size());
  values_.resize(places_.size() * static_cast<std::size_t>(d_));
  const bool by_column = kernel.by_column();
  parallel_for(context, n_places, 1024, [&](Index begin, Index end) {
    for (Index place = begin; place < end; ++place) {
      if (row(place) < 0) continue;
      double* const block = values_.data() + place / lanes * lanes * d_;
      const Index i = place % lanes;
      for (Index j = 0; j < d_; ++j)
        block[by_column ? j * lanes + i : i * d_ + j] = points(row(place), j);
    }
  });
}

PointBlock OrderedBlocks::block(Index i) const {
  const double* const values = values_.data() + i * lanes * d_;
  Index n = lanes;
  while (n > 0 && row(i * lanes + n - 1) < 0) --n;
  return {values, values, n, d_};
}

}  // namespace grove
