#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cluster/density/cell_scan.hpp"
#include "cluster/density/density_search.hpp"
#include "core/buffer.hpp"
#include "grove/core/context.hpp"

namespace grove::cluster {

/// Points of 1 to 4 columns in cubes so small that all points of one are within eps of each other,
/// to the last bit. Cells that are not neighbours have no points within eps. Cells are ordered by
/// their key, column after column, and points by cell, then row: neighbour cells that differ in the
/// last column alone are consecutive. Only cells with points exist. 8 d + 4 bytes a point and 12 a
/// cell, the double while it is made.
class PointGrid {
 public:
  using Key = std::int64_t;
  using Cell = std::uint32_t;

  struct Layout {
    double scale;             // 1 / side of a cell
    std::vector<double> low;  // of the columns
    std::vector<Key> widths;  // cell numbers of the columns
  };
  /// None if cells cannot be numbered, or squared distances about eps lose digits.
  static std::optional<Layout> layout_for(const MatrixView& points, double eps,
                                          const Context& context);
  /// Squared distances up to `limit` are within eps.
  PointGrid(const MatrixView& points, Layout layout, double limit, const Context& context);

  Index n_points() const { return static_cast<Index>(rows_.size()); }
  Index n_columns() const { return static_cast<Index>(columns_.size()); }
  Cell n_cells() const { return static_cast<Cell>(keys_.size()); }
  Key key(Cell cell) const { return keys_[cell]; }
  Places places(Cell cell) const { return {starts_[cell], starts_[cell + 1]}; }
  PointId row(std::uint32_t place) const { return rows_[place]; }
  double value(std::uint32_t place, Index column) const {
    return columns_[static_cast<std::size_t>(column)][place];
  }
  CellPoints view() const;
  /// Within each cell, puts the points of `first` (by place) before the others; both stay in order.
  void put_first(const std::vector<char>& first, const Context& context);

  /// The key of the cell that a point would be in; false if no neighbour of it can hold points.
  bool key_of(const double* point, Key& key) const;

  /// Neighbours of a cell whose keys are consecutive: key + offset - reach to key + offset + reach.
  struct Strip {
    Key offset;
    int reach;
    /// Of all columns but the last: the largest difference of cell numbers.
    int farthest;
  };
  /// All neighbours of a cell, the cell itself among them; its own strip comes first, and half of
  /// the others before it in key.
  const std::vector<Strip>& strips() const { return strips_; }

 private:
  void make_strips();
  /// Fills rows_, keys_ and starts_.
  void sort_points(const MatrixView& points, const Context& context);
  template <class Item, class Make, class KeyOf, class RowOf>
  void sort_items(const MatrixView& points, const Make& make, const KeyOf& key, const RowOf& row,
                  const Context& context);

  Layout layout_;
  std::vector<Key> strides_;
  std::vector<Strip> strips_;
  std::vector<Key> keys_;              // of the cells
  std::vector<std::uint32_t> starts_;  // of the cells, and the end
  Buffer<PointId> rows_;               // by place
  std::vector<Buffer<double>> columns_;
  double limit_;
};

/// Finds the neighbours of cells that come in ascending order of their keys; one for each thread.
class StripWalk {
 public:
  explicit StripWalk(const PointGrid& grid) : grid_(&grid), at_(grid.strips().size(), 0) {}

  struct Cells {
    PointGrid::Cell first, last;
  };
  /// The cells of strip `s` about `key`. Keys must not descend.
  Cells cells(std::size_t s, PointGrid::Key key) {
    constexpr int steps_before_jump = 6;
    const PointGrid::Strip& strip = grid_->strips()[s];
    const PointGrid::Key first_key = key + strip.offset - strip.reach;
    const PointGrid::Key last_key = key + strip.offset + strip.reach;
    const PointGrid::Cell n = grid_->n_cells();
    PointGrid::Cell cell = at_[s];
    int steps = 0;
    while (cell < n && grid_->key(cell) < first_key) {
      if (++steps > steps_before_jump) {
        cell = jump(cell, first_key);
        break;
      }
      ++cell;
    }
    at_[s] = cell;
    Cells found{cell, cell};
    while (found.last < n && grid_->key(found.last) <= last_key) ++found.last;
    return found;
  }

 private:
  /// The first cell from `cell` on that has at least this key, by doubling steps, then halving
  /// ones.
  PointGrid::Cell jump(PointGrid::Cell cell, PointGrid::Key key) const;

  const PointGrid* grid_;
  std::vector<PointGrid::Cell> at_;
};

}  // namespace grove::cluster
