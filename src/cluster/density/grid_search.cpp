#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "cluster/density/density_searches.hpp"
#include "cluster/density/point_grid.hpp"
#include "cluster/disjoint_sets.hpp"
#include "grove/core/parallel.hpp"

// DBSCAN by cells whose points are all within eps of each other (Gunawan 2013; Wang, Gu & Shun,
// "Theoretically-efficient and practical parallel DBSCAN", SIGMOD 2020): a cell of enough weight is
// core without a distance, core points of one cell are one cluster, and clusters are sets of cells.

namespace grove::cluster {

namespace {

using Cell = PointGrid::Cell;
constexpr Index cells_a_block = 2048;

struct Work {
  std::uint64_t evaluations = 0;
  int d = 1;
  void count_in(const Context& context) const {
    context.count(work::distance_evaluations, evaluations);
    context.count(work::bytes_read, evaluations * static_cast<std::uint64_t>(d) * sizeof(double));
  }
};

/// Whether two sets of points, as places, come within the limit: boxes that are too far apart or
/// near enough decide, others are halved. For sets too large to try all pairs.
class PairSearch {
 public:
  explicit PairSearch(const CellPoints& points) : points_(points) {}

  bool find(Places a, Places b, std::uint64_t& evaluations) {
    a_.resize(a.last - a.first);
    b_.resize(b.last - b.first);
    for (std::uint32_t i = 0; i < a_.size(); ++i) a_[i] = a.first + i;
    for (std::uint32_t i = 0; i < b_.size(); ++i) b_[i] = b.first + i;
    return find({a_.data(), a_.data() + a_.size()}, {b_.data(), b_.data() + b_.size()},
                evaluations);
  }

 private:
  struct Set {
    std::uint32_t* begin;
    std::uint32_t* end;
    std::size_t size() const { return static_cast<std::size_t>(end - begin); }
  };
  struct Box {
    std::array<double, 4> low, high;
    int widest;
    double width;
  };

  Box box_of(const Set& set) const {
    Box box{{}, {}, 0, -1};
    for (int j = 0; j < points_.d; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double* const column = points_.columns[j];
      box.low[at] = box.high[at] = column[*set.begin];
      for (const std::uint32_t* place = set.begin; place != set.end; ++place) {
        box.low[at] = std::min(box.low[at], column[*place]);
        box.high[at] = std::max(box.high[at], column[*place]);
      }
      if (box.high[at] - box.low[at] > box.width) {
        box.width = box.high[at] - box.low[at];
        box.widest = j;
      }
    }
    return box;
  }

  // Differences, squares and sums are rounded in order, so that these bound every computed
  // distance.
  double least(const Box& a, const Box& b) const {
    double sum = 0;
    for (std::size_t j = 0; j < static_cast<std::size_t>(points_.d); ++j) {
      const double gap = std::max({a.low[j] - b.high[j], b.low[j] - a.high[j], 0.0});
      sum += gap * gap;
    }
    return sum;
  }
  double most(const Box& a, const Box& b) const {
    double sum = 0;
    for (std::size_t j = 0; j < static_cast<std::size_t>(points_.d); ++j) {
      const double span = std::max(a.high[j] - b.low[j], b.high[j] - a.low[j]);
      sum += span * span;
    }
    return sum;
  }

  bool find(const Set& a, const Set& b, std::uint64_t& evaluations) {
    const Box box_a = box_of(a);
    const Box box_b = box_of(b);
    evaluations += 2;
    if (least(box_a, box_b) > points_.limit) return false;
    if (most(box_a, box_b) <= points_.limit) return true;
    if (a.size() * b.size() <= 256) return any_pair(a, b, evaluations);
    const bool split_a = box_a.width >= box_b.width;
    const Set& split = split_a ? a : b;
    const double* const column = points_.columns[split_a ? box_a.widest : box_b.widest];
    std::uint32_t* const middle = split.begin + split.size() / 2;
    std::nth_element(split.begin, middle, split.end,
                     [column](std::uint32_t x, std::uint32_t y) { return column[x] < column[y]; });
    const Set halves[2] = {{split.begin, middle}, {middle, split.end}};
    for (const Set& half : halves)
      if (split_a ? find(half, b, evaluations) : find(a, half, evaluations)) return true;
    return false;
  }

  bool any_pair(const Set& a, const Set& b, std::uint64_t& evaluations) const {
    for (const std::uint32_t* x = a.begin; x != a.end; ++x)
      for (const std::uint32_t* y = b.begin; y != b.end; ++y) {
        double sum = 0;
        for (int j = 0; j < points_.d; ++j) {
          const double difference = points_.columns[j][*x] - points_.columns[j][*y];
          sum += difference * difference;
        }
        ++evaluations;
        if (sum <= points_.limit) return true;
      }
    return false;
  }

  const CellPoints& points_;
  std::vector<std::uint32_t> a_, b_;
};

class GridSearch final : public DensitySearch {
 public:
  GridSearch(PointGrid grid) : grid_(std::move(grid)), scan_(cell_scan_for_this_processor()) {}

  Density find(std::string_view who, const CoreRule& rule, const Context& context) override {
    std::vector<char> core = core_places(who, rule, context);
    keep_core(core, context);
    DisjointSets sets(grid_.n_cells());
    std::vector<char> near_core(grid_.n_cells());
    link(who, false, sets, {}, near_core, context);
    link(who, true, sets, names_of(sets, context), near_core, context);
    Density density(grid_.n_points(), grid_.n_cells());
    parallel_for(context, grid_.n_cells(), cells_a_block, [&](Index begin, Index end) {
      for (Index c = begin; c < end; ++c) {
        const auto cell = static_cast<Cell>(c);
        const std::uint32_t core_end = core_places_of(cell).last;
        const PointId name = core_end > grid_.places(cell).first ? sets.find(cell) : nobody;
        for (std::uint32_t place = grid_.places(cell).first; place < grid_.places(cell).last;
             ++place) {
          density.core[grid_.row(place)] = place < core_end ? 1 : 0;
          density.owner[grid_.row(place)] = place < core_end ? name : nobody;
        }
      }
    });
    own_borders(who, near_core, density, context);
    return density;
  }

  void set_core(const Buffer<char>& core) override {
    std::vector<char> by_place(core.size());
    for (std::size_t place = 0; place < core.size(); ++place)
      by_place[place] = core[grid_.row(static_cast<std::uint32_t>(place))];
    keep_core(by_place, {.threads = 1});
  }

  void lowest_core(std::string_view who, const MatrixView& queries, PointId* found,
                   const Context& context) const override {
    const CellPoints points = grid_.view();
    parallel_for(context, queries.rows(), 256, [&](Index begin, Index end) {
      context.check_stop(who);
      Work work{0, points.d};
      for (Index i = begin; i < end; ++i) {
        const double* const query = queries.data() + i * queries.outerStride();
        found[i] = nobody;
        PointGrid::Key key = 0;
        if (!grid_.key_of(query, key)) continue;
        StripWalk walk(grid_);
        found[i] = lowest_core(points, query, key, walk, work);
      }
      work.count_in(context);
    });
  }

  Matrix points() const override {
    Matrix points(grid_.n_points(), grid_.n_columns());
    for (std::uint32_t place = 0; place < points.rows(); ++place)
      for (Index j = 0; j < points.cols(); ++j) points(grid_.row(place), j) = grid_.value(place, j);
    return points;
  }

 private:
  Places core_places_of(Cell cell) const {
    const std::uint32_t first = grid_.places(cell).first;
    return {first, first + n_core_[cell]};
  }

  /// Which places hold core points.
  std::vector<char> core_places(std::string_view who, const CoreRule& rule,
                                const Context& context) const {
    std::vector<char> core(static_cast<std::size_t>(grid_.n_points()));
    std::vector<double> weights;
    CellPoints points = grid_.view();
    if (rule.weights() != nullptr) {
      weights.resize(core.size());
      for (std::uint32_t place = 0; place < core.size(); ++place)
        weights[place] = rule.weights()[grid_.row(place)];
      points.weights = weights.data();
    }
    parallel_for(context, grid_.n_cells(), cells_a_block, [&](Index begin, Index end) {
      context.check_stop(who);
      StripWalk walk(grid_);
      Work work{0, points.d};
      std::vector<Places> near;
      std::vector<double> sums;
      for (Index c = begin; c < end; ++c) {
        const auto cell = static_cast<Cell>(c);
        const Places own = grid_.places(cell);
        if (weight_of(points, own, rule.enough()) >= rule.enough()) {
          std::fill(core.begin() + own.first, core.begin() + own.last, 1);
          continue;
        }
        if (weight_around(points, cell, rule, walk, near) < rule.too_little()) continue;
        sums.resize(own.last - own.first);
        scan_.weigh(points, own, near.data(), static_cast<int>(near.size()), rule.enough(),
                    sums.data(), work.evaluations);
        for (std::uint32_t i = 0; i < sums.size(); ++i)
          core[own.first + i] = rule.unclear(sums[i]) ? reaches(points, own.first + i, near, rule)
                                                      : sums[i] >= rule.enough();
      }
      work.count_in(context);
    });
    return core;
  }

  static double weight_of(const CellPoints& points, Places places, double enough) {
    if (points.weights == nullptr) return places.last - places.first;
    double sum = 0;
    for (std::uint32_t place = places.first; place < places.last && sum < enough; ++place)
      sum += points.weights[place];
    return sum;
  }

  /// The places of a cell and its neighbours, and their weight, or as much of it as is enough.
  double weight_around(const CellPoints& points, Cell cell, const CoreRule& rule, StripWalk& walk,
                       std::vector<Places>& near) const {
    near.clear();
    double sum = 0;
    for (std::size_t s = 0; s < grid_.strips().size(); ++s) {
      const StripWalk::Cells cells = walk.cells(s, grid_.key(cell));
      if (cells.first == cells.last) continue;
      near.push_back({grid_.places(cells.first).first, grid_.places(cells.last - 1).last});
      if (sum < rule.enough()) sum += weight_of(points, near.back(), rule.enough());
    }
    return sum;
  }

  bool reaches(const CellPoints& points, std::uint32_t own, const std::vector<Places>& near,
               const CoreRule& rule) const {
    std::vector<double> weights;
    for (const Places& range : near)
      for (std::uint32_t place = range.first; place < range.last; ++place) {
        double sum = 0;
        for (int j = 0; j < points.d; ++j) {
          const double difference = points.columns[j][own] - points.columns[j][place];
          sum += difference * difference;
        }
        if (sum <= points.limit) weights.push_back(points.weights[place]);
      }
    return rule.reached_by(weights);
  }

  void keep_core(const std::vector<char>& core, const Context& context) {
    n_core_.resize(grid_.n_cells());
    parallel_for(context, grid_.n_cells(), cells_a_block, [&](Index begin, Index end) {
      for (Index c = begin; c < end; ++c) {
        const Places own = grid_.places(static_cast<Cell>(c));
        n_core_[static_cast<std::size_t>(c)] = static_cast<std::uint32_t>(
            std::count(core.begin() + own.first, core.begin() + own.last, 1));
      }
    });
    grid_.put_first(core, context);
  }

  static bool next_to(const PointGrid::Strip& strip, PointGrid::Key difference) {
    return strip.farthest <= 1 && std::abs(difference - strip.offset) <= 1;
  }

  /// Unites cells that have core points within eps. First those that touch; then the others, but
  /// for those that have one name by then. Names are given between the two, so that the work does
  /// not depend on what other threads have done. The second round marks the cells that have
  /// neighbours with core points, themselves included.
  void link(std::string_view who, bool far, DisjointSets& sets, const std::vector<Cell>& names,
            std::vector<char>& near_core, const Context& context) const {
    const CellPoints points = grid_.view();
    parallel_for(context, grid_.n_cells(), cells_a_block, [&](Index begin, Index end) {
      context.check_stop(who);
      StripWalk walk(grid_);
      PairSearch pairs(points);
      Work work{0, points.d};
      for (Index c = begin; c < end; ++c) {
        const auto cell = static_cast<Cell>(c);
        if (n_core_[cell] == 0) continue;
        const PointGrid::Key key = grid_.key(cell);
        for (std::size_t s = 0; s < grid_.strips().size(); ++s) {
          const PointGrid::Strip& strip = grid_.strips()[s];
          if (!far && (strip.offset > 0 || strip.farthest > 1)) continue;
          const StripWalk::Cells cells = walk.cells(s, key);
          if (far)
            for (Cell other = cells.first; other < cells.last; ++other)
              std::atomic_ref(near_core[other]).store(1, std::memory_order_relaxed);
          if (strip.offset > 0) continue;
          for (Cell other = cells.first; other < std::min(cells.last, cell); ++other) {
            if (n_core_[other] == 0 || next_to(strip, grid_.key(other) - key) == far) continue;
            if (far && names[other] == names[cell]) continue;
            if (near(points, cell, other, pairs, work)) sets.unite(cell, other);
          }
        }
      }
      work.count_in(context);
    });
  }

  bool near(const CellPoints& points, Cell a, Cell b, PairSearch& pairs, Work& work) const {
    constexpr std::uint32_t few = 16;
    constexpr std::uint64_t most_pairs = 4096;
    const Places places_a = core_places_of(a);
    const Places places_b = core_places_of(b);
    const std::uint64_t n_pairs = std::uint64_t{n_core_[a]} * n_core_[b];
    if (n_pairs <= most_pairs) return scan_.any_pair(points, places_a, places_b, work.evaluations);
    const Places some_a{places_a.first, places_a.first + std::min(few, n_core_[a])};
    const Places some_b{places_b.first, places_b.first + std::min(few * few, n_core_[b])};
    return scan_.any_pair(points, some_a, some_b, work.evaluations) ||
           pairs.find(places_a, places_b, work.evaluations);
  }

  std::vector<Cell> names_of(const DisjointSets& sets, const Context& context) const {
    std::vector<Cell> names(grid_.n_cells());
    parallel_for(context, grid_.n_cells(), 1 << 14, [&](Index begin, Index end) {
      for (Index c = begin; c < end; ++c)
        names[static_cast<std::size_t>(c)] = sets.find(static_cast<Cell>(c));
    });
    return names;
  }

  /// Points that are not core.
  void own_borders(std::string_view who, const std::vector<char>& near_core, Density& density,
                   const Context& context) const {
    const CellPoints points = grid_.view();
    parallel_for(context, grid_.n_cells(), cells_a_block, [&](Index begin, Index end) {
      context.check_stop(who);
      StripWalk walk(grid_);
      Work work{0, points.d};
      std::array<double, 4> query{};
      for (Index c = begin; c < end; ++c) {
        const auto cell = static_cast<Cell>(c);
        const std::uint32_t last = grid_.places(cell).last;
        if (near_core[cell] == 0) continue;
        for (std::uint32_t place = core_places_of(cell).last; place < last; ++place) {
          for (std::size_t j = 0; j < static_cast<std::size_t>(points.d); ++j)
            query[j] = points.columns[j][place];
          density.owner[grid_.row(place)] =
              lowest_core(points, query.data(), grid_.key(cell), walk, work);
        }
      }
      work.count_in(context);
    });
  }

  /// Of a query in the cell `key`. Core points of a cell ascend in row.
  PointId lowest_core(const CellPoints& points, const double* query, PointGrid::Key key,
                      StripWalk& walk, Work& work) const {
    PointId best = nobody;
    for (std::size_t s = 0; s < grid_.strips().size(); ++s) {
      const StripWalk::Cells cells = walk.cells(s, key);
      for (Cell cell = cells.first; cell < cells.last; ++cell) {
        if (n_core_[cell] == 0) continue;
        const Places core = core_places_of(cell);
        if (grid_.row(core.first) > best) continue;
        const std::uint32_t place = scan_.first_within(points, query, core, work.evaluations);
        if (place < core.last) best = std::min(best, grid_.row(place));
      }
    }
    return best;
  }

  PointGrid grid_;
  const CellScan& scan_;
  std::vector<std::uint32_t> n_core_;  // of each cell; they come first in it
};

}  // namespace

const CellScan& cell_scan_for_this_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::cell_scan;
  if (__builtin_cpu_supports("avx2")) return avx2::cell_scan;
#endif
  return baseline::cell_scan;
}

std::unique_ptr<DensitySearch> make_grid_search(const MatrixView& points, const Within& within,
                                                const Context& context) {
  auto layout = PointGrid::layout_for(points, within.eps, context);
  if (!layout) return nullptr;
  return std::make_unique<GridSearch>(
      PointGrid(points, std::move(*layout), within.certain, context));
}

}  // namespace grove::cluster
