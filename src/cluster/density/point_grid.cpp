#include "cluster/density/point_grid.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/parallel_sort.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

using Key = PointGrid::Key;

/// Cells of other sizes and numbers than these could be told apart wrongly. A cell number below
/// 2^31 is off by less than 2^-20 of a cell; the side is shorter than eps / sqrt(d) by more.
constexpr double most_cells_a_column = 0x1p31;
constexpr double smallest_eps = 1e-140;
constexpr double largest_eps = 1e140;
constexpr double shrink = 1 - 0x1p-18;
/// Free cell numbers beside the cells, so that no neighbour's key is that of another one.
constexpr int padding = 3;
constexpr Index grain = 1 << 14;

double side_of(double eps, Index d) { return eps / std::sqrt(static_cast<double>(d)) * shrink; }

struct Box {
  std::vector<double> low, high;
};

Box box_of(const MatrixView& points, const Context& context) {
  const auto d = static_cast<std::size_t>(points.cols());
  const double* const first = points.data();
  const Box start{{first, first + d}, {first, first + d}};
  return parallel_reduce(
      context, points.rows(), grain, start,
      [&](Index begin, Index end) {
        Box box = start;
        for (Index i = begin; i < end; ++i) {
          const double* const point = points.data() + i * points.outerStride();
          for (std::size_t j = 0; j < d; ++j) {
            box.low[j] = std::min(box.low[j], point[j]);
            box.high[j] = std::max(box.high[j], point[j]);
          }
        }
        return box;
      },
      [d](Box& total, const Box& part) {
        for (std::size_t j = 0; j < d; ++j) {
          total.low[j] = std::min(total.low[j], part.low[j]);
          total.high[j] = std::max(total.high[j], part.high[j]);
        }
      });
}

/// Cell numbers of each column, with the padding.
std::vector<double> widths_of(const Box& box, double scale) {
  std::vector<double> widths;
  for (std::size_t j = 0; j < box.low.size(); ++j)
    widths.push_back(std::floor((box.high[j] - box.low[j]) * scale) + 1 + padding);
  return widths;
}

struct KeyedRow {
  std::uint64_t key;
  PointId row;
};

}  // namespace

std::optional<PointGrid::Layout> PointGrid::layout_for(const MatrixView& points, double eps,
                                                       const Context& context) {
  if (points.cols() > 4 || !(eps >= smallest_eps && eps <= largest_eps)) return std::nullopt;
  const double scale = 1 / side_of(eps, points.cols());
  const Box box = box_of(points, context);
  Layout layout{scale, box.low, {}};
  double n_keys = 1;
  for (const double width : widths_of(box, scale)) {
    if (!(width < most_cells_a_column)) return std::nullopt;
    n_keys *= width;
    layout.widths.push_back(static_cast<Key>(width));
  }
  if (!(n_keys < 0x1p62)) return std::nullopt;
  return layout;
}

PointGrid::PointGrid(const MatrixView& points, Layout layout, double limit, const Context& context)
    : layout_(std::move(layout)), limit_(limit) {
  const auto d = static_cast<std::size_t>(points.cols());
  strides_.assign(d, 1);
  for (std::size_t j = d - 1; j > 0; --j) strides_[j - 1] = strides_[j] * layout_.widths[j];
  make_strips();
  sort_points(points, context);
  const Index n = points.rows();
  columns_.resize(d);
  for (Buffer<double>& column : columns_) {
    column = Buffer<double>(static_cast<std::size_t>(n + scan_padding));
    std::fill_n(column.end() - scan_padding, scan_padding, std::numeric_limits<double>::infinity());
  }
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const double* const point = points.data() + Index{rows_[place]} * points.outerStride();
      for (std::size_t j = 0; j < d; ++j) columns_[j][place] = point[j];
    }
  });
}

void PointGrid::sort_points(const MatrixView& points, const Context& context) {
  const auto n = static_cast<std::uint64_t>(points.rows());
  const auto largest_key = static_cast<std::uint64_t>(strides_[0] * layout_.widths[0]);
  const auto row_bits = static_cast<int>(std::bit_width(n));
  const auto key_bits = static_cast<int>(std::bit_width(largest_key));
  if (key_bits + row_bits <= 64) {
    sort_items<std::uint64_t>(
        points, [=](std::uint64_t key, std::uint64_t row) { return key << row_bits | row; },
        [=](std::uint64_t item) { return item >> row_bits; },
        [=](std::uint64_t item) {
          return static_cast<PointId>(item & ((std::uint64_t{1} << row_bits) - 1));
        },
        context);
  } else {
    sort_items<KeyedRow>(
        points,
        [](std::uint64_t key, std::uint64_t row) {
          return KeyedRow{key, static_cast<PointId>(row)};
        },
        [](const KeyedRow& item) { return item.key; },
        [](const KeyedRow& item) { return item.row; }, context);
  }
}

template <class Item, class Make, class KeyOf, class RowOf>
void PointGrid::sort_items(const MatrixView& points, const Make& make, const KeyOf& key,
                           const RowOf& row, const Context& context) {
  const Index n = points.rows();
  Buffer<Item> items(static_cast<std::size_t>(n));
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      Key own = 0;
      key_of(points.data() + i * points.outerStride(), own);
      items[static_cast<std::size_t>(i)] =
          make(static_cast<std::uint64_t>(own), static_cast<std::uint64_t>(i));
    }
  });
  parallel_sort(items, key, context);
  rows_ = Buffer<PointId>(static_cast<std::size_t>(n));
  const auto is_first = [&](std::size_t i) { return i == 0 || key(items[i]) != key(items[i - 1]); };
  std::vector<Index> cells_before{0};
  parallel_reduce(
      context, n, grain, Index{0},
      [&](Index begin, Index end) {
        Index count = 0;
        for (Index i = begin; i < end; ++i) {
          const auto place = static_cast<std::size_t>(i);
          rows_[place] = row(items[place]);
          count += is_first(place) ? 1 : 0;
        }
        return count;
      },
      [&](Index& total, Index part) {
        total += part;
        cells_before.push_back(total);
      });
  keys_.resize(static_cast<std::size_t>(cells_before.back()));
  starts_.resize(keys_.size() + 1);
  starts_.back() = static_cast<std::uint32_t>(n);
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    auto cell = static_cast<std::size_t>(cells_before[static_cast<std::size_t>(begin / grain)]);
    for (Index i = begin; i < end; ++i) {
      const auto place = static_cast<std::size_t>(i);
      if (!is_first(place)) continue;
      keys_[cell] = static_cast<Key>(key(items[place]));
      starts_[cell++] = static_cast<std::uint32_t>(i);
    }
  });
}

CellPoints PointGrid::view() const {
  CellPoints view;
  for (std::size_t j = 0; j < columns_.size(); ++j) view.columns[j] = columns_[j].data();
  view.d = static_cast<int>(columns_.size());
  view.limit = limit_;
  return view;
}

void PointGrid::put_first(const std::vector<char>& first, const Context& context) {
  parallel_for(context, Index{n_cells()}, 1024, [&](Index begin, Index end) {
    std::vector<std::uint32_t> order;
    std::vector<double> values;
    std::vector<PointId> ids;
    for (Index c = begin; c < end; ++c) {
      const Places own = places(static_cast<Cell>(c));
      const auto is_first = [&](std::uint32_t place) { return first[place] != 0; };
      order.clear();
      for (std::uint32_t place = own.first; place < own.last; ++place) order.push_back(place);
      if (std::is_partitioned(order.begin(), order.end(), is_first)) continue;
      std::stable_partition(order.begin(), order.end(), is_first);
      for (Buffer<double>& column : columns_) {
        values.assign(column.begin() + own.first, column.begin() + own.last);
        for (std::size_t i = 0; i < order.size(); ++i)
          column[own.first + i] = values[order[i] - own.first];
      }
      ids.assign(rows_.begin() + own.first, rows_.begin() + own.last);
      for (std::size_t i = 0; i < order.size(); ++i)
        rows_[own.first + i] = ids[order[i] - own.first];
    }
  });
}

bool PointGrid::key_of(const double* point, Key& key) const {
  key = 0;
  for (std::size_t j = 0; j < layout_.low.size(); ++j) {
    const double number = std::floor((point[j] - layout_.low[j]) * layout_.scale);
    if (!(number >= -padding && number < static_cast<double>(layout_.widths[j]))) return false;
    key += static_cast<Key>(number) * strides_[j];
  }
  return true;
}

void PointGrid::make_strips() {
  const auto d = static_cast<int>(layout_.low.size());
  // Cells that lie o apart in a column have a gap of |o| - 1 sides there. The squares of the gaps
  // add up to at most d in cells that can hold points within eps; a side is just under eps / sqrt
  // d.
  const int most = 1 + static_cast<int>(std::sqrt(static_cast<double>(d)));
  const auto gap = [](int o) { return std::max(0, std::abs(o) - 1); };
  std::vector<int> offset(static_cast<std::size_t>(d - 1), -most);
  for (;;) {
    int left = d;
    Strip strip{0, 0, 0};
    for (std::size_t j = 0; j < offset.size(); ++j) {
      left -= gap(offset[j]) * gap(offset[j]);
      strip.offset += offset[j] * strides_[j];
      strip.farthest = std::max(strip.farthest, std::abs(offset[j]));
    }
    if (left >= 0) {
      strip.reach = 1 + static_cast<int>(std::sqrt(static_cast<double>(left)));
      strips_.push_back(strip);
    }
    std::size_t j = 0;
    while (j < offset.size() && offset[j] == most) offset[j++] = -most;
    if (j == offset.size()) break;
    ++offset[j];
  }
  std::sort(strips_.begin(), strips_.end(), [](const Strip& a, const Strip& b) {
    return std::pair(a.farthest, a.offset) < std::pair(b.farthest, b.offset);
  });
}

PointGrid::Cell StripWalk::jump(PointGrid::Cell cell, Key key) const {
  const PointGrid::Cell n = grid_->n_cells();
  PointGrid::Cell step = 4;
  while (n - cell > step && grid_->key(cell + step) < key) {
    cell += step;
    step *= 2;
  }
  for (; step > 4; step /= 2)
    if (n - cell > step && grid_->key(cell + step) < key) cell += step;
  while (cell < n && grid_->key(cell) < key) ++cell;
  return cell;
}

}  // namespace grove::cluster
