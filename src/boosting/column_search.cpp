#include "boosting/column_search.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr std::size_t cells_a_thread = 4096;  // fewer are not worth a second thread
constexpr Index rows_a_thread = 2048;

/// max(1, share * n) of the columns, in order.
std::vector<int> draw(const std::vector<int>& columns, double share, Rng rng) {
  if (share >= 1) return columns;
  const auto n = static_cast<Index>(columns.size());
  const Index count = std::max<Index>(1, static_cast<Index>(share * static_cast<double>(n)));
  std::vector<int> drawn;
  for (const Index i : rng.sample(n, count)) drawn.push_back(columns[static_cast<std::size_t>(i)]);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace

ColumnSampler::ColumnSampler(const GradientBoostingParams& params, std::size_t n_columns,
                             const Rng& rng)
    : params_(params), rng_(rng) {
  std::vector<int> all(n_columns);
  std::iota(all.begin(), all.end(), 0);
  of_tree_ = draw(all, params.colsample_bytree, rng_.split(0));
}

std::vector<int> ColumnSampler::of_node(int depth, int node) const {
  const std::vector<int> of_level = draw(of_tree_, params_.colsample_bylevel,
                                         rng_.split(1).split(static_cast<std::uint64_t>(depth)));
  return draw(of_level, params_.colsample_bynode,
              rng_.split(2).split(static_cast<std::uint64_t>(node)));
}

/// The gradients of a node's rows side by side.
struct NodeSearch::NodeRows {
  std::vector<double> gradients, hessians, weights;
};

NodeSearch::NodeSearch(const GrowTask& task)
    : task_(task),
      builder_(task.data, task.sums, task.memory.cells, task.context),
      finder_(task.params, task.constraints) {}

double NodeSearch::value(const OpenLeaf& leaf) const {
  return finder_.value(
      static_cast<double>(leaf.total.packed.gradient) * task_.sums.packed_gradient_unit,
      static_cast<double>(leaf.total.packed.hessian) * task_.sums.packed_hessian_unit, leaf.range);
}

void NodeSearch::count_work() const {
  task_.context.count(work::histogram_updates, updates_);
  task_.context.count(work::split_candidates, candidates_);
}

void NodeSearch::build_root(OpenLeaf& root, const std::uint32_t* rows, bool all_rows) {
  if (task_.data.narrow && root.searchable) {
    root.histogram = builder_.build(all_rows ? nullptr : rows, root.n_rows(), root.total);
    updates_ += static_cast<std::uint64_t>(root.n_rows()) * task_.data.group_codes.size();
  } else {
    root.total = sum(root, rows);
  }
}

/// The sums of a leaf that gets no histogram.
NodeSums NodeSearch::sum(const OpenLeaf& leaf, const std::uint32_t* rows) const {
  NodeSums total;
  total.weight =
      builder_.weight(rows, static_cast<Index>(leaf.begin), static_cast<Index>(leaf.end));
  for (std::size_t i = leaf.begin; i < leaf.end; ++i)
    total.packed += unpack(task_.sums.packed[rows[i]]);
  return total;
}

void NodeSearch::build_children(OpenLeaf& parent, OpenLeaf& left, OpenLeaf& right,
                                const std::uint32_t* rows) {
  const bool left_smaller = left.n_rows() <= right.n_rows();
  OpenLeaf& smaller = left_smaller ? left : right;
  OpenLeaf& larger = left_smaller ? right : left;
  const bool histograms = task_.data.narrow && (left.searchable || right.searchable);
  if (histograms) {
    smaller.histogram = builder_.build(rows + smaller.begin, smaller.n_rows(), smaller.total);
    updates_ += static_cast<std::uint64_t>(smaller.n_rows()) * task_.data.group_codes.size();
  } else {
    smaller.total = sum(smaller, rows);
  }
  larger.total = parent.total - smaller.total;
  if (histograms && larger.searchable) {
    larger.histogram =
        builder_.subtract(std::move(parent.histogram), smaller.histogram, larger.n_rows());
  } else {
    release(parent);
  }
  if (!smaller.searchable) release(smaller);
}

void NodeSearch::release(OpenLeaf& leaf) { builder_.recycle(std::move(leaf.histogram)); }

/// Narrow data are searched in packed sums, wide ones in the exact sums, which `rows` are added up
/// for.
NodeTotals NodeSearch::totals_of(const OpenLeaf& leaf, const std::uint32_t* rows) const {
  NodeTotals totals;
  totals.weight = leaf.total.weight;
  totals.range = leaf.range;
  if (task_.data.narrow) {
    totals.gradient = static_cast<double>(leaf.total.packed.gradient);
    totals.hessian = static_cast<double>(leaf.total.packed.hessian);
    totals.gradient_unit = task_.sums.packed_gradient_unit;
    totals.hessian_unit = task_.sums.packed_hessian_unit;
    totals.hessian_a_weight = task_.sums.hessian_a_weight;
    totals.hessian_is_weight = task_.sums.equal_hessians;
  } else {
    const ExactSums sums = exact_sums(task_.sums, rows + leaf.begin, leaf.n_rows());
    totals.gradient = sums.gradient;
    totals.hessian = sums.hessian;
    totals.gradient_unit = task_.sums.gradient_unit;
    totals.hessian_unit = task_.sums.hessian_unit;
  }
  return totals;
}

/// Of the columns, those that may stand below the splits of the leaf's path.
std::vector<int> NodeSearch::permitted(const OpenLeaf& leaf,
                                       const std::vector<int>& columns) const {
  const auto& sets = task_.constraints.interactions;
  if (sets.empty()) return columns;
  std::vector<int> result;
  for (const int column : columns) {
    const bool some = std::any_of(sets.begin(), sets.end(), [&](const std::vector<char>& set) {
      return set[static_cast<std::size_t>(column)] != 0 &&
             std::all_of(leaf.path.begin(), leaf.path.end(),
                         [&](int above) { return set[static_cast<std::size_t>(above)] != 0; });
    });
    if (some) result.push_back(column);
  }
  return result;
}

void NodeSearch::sums_from_histogram(const OpenLeaf& leaf, int column, ColumnSums& sums) const {
  const auto j = static_cast<std::size_t>(column);
  const ColumnPlace& place = task_.data.places[j];
  const int n_bins = task_.data.columns[j].n_bins;
  const std::size_t first = builder_.offset(place.group) + static_cast<std::size_t>(place.first);
  sums.bins.clear();
  sums.weights.clear();
  sums.gradients.resize(static_cast<std::size_t>(n_bins));
  sums.hessians.resize(static_cast<std::size_t>(n_bins));
  PackedSums missing;
  if (place.default_bin < 0 && leaf.histogram.is_packed()) {
    const std::int64_t* cells = leaf.histogram.packed.data() + first;
    std::int64_t running = 0;
    for (int bin = 0; bin < n_bins; ++bin) {
      running += cells[bin];
      sums.gradients[static_cast<std::size_t>(bin)] =
          static_cast<double>(static_cast<std::int32_t>(running >> 32));
      sums.hessians[static_cast<std::size_t>(bin)] = static_cast<double>(running & 0xffffffff);
    }
    missing = unpack(cells[n_bins]);
  } else {
    const auto cell = [&](int bin) {
      if (place.default_bin < 0) return leaf.histogram.cell(first + static_cast<std::size_t>(bin));
      return leaf.histogram.cell(first +
                                 static_cast<std::size_t>(bin < place.default_bin ? bin : bin - 1));
    };
    PackedSums at_default;
    if (place.default_bin >= 0) {
      at_default = leaf.total.packed;
      for (int bin = 0; bin <= n_bins; ++bin)
        if (bin != place.default_bin) at_default = at_default - cell(bin);
    }
    PackedSums running;
    for (int bin = 0; bin < n_bins; ++bin) {
      running += bin == place.default_bin ? at_default : cell(bin);
      sums.gradients[static_cast<std::size_t>(bin)] = static_cast<double>(running.gradient);
      sums.hessians[static_cast<std::size_t>(bin)] = static_cast<double>(running.hessian);
    }
    missing = place.default_bin == n_bins ? at_default : cell(n_bins);
  }
  sums.missing_gradient = static_cast<double>(missing.gradient);
  sums.missing_hessian = static_cast<double>(missing.hessian);
  sums.has_missing = missing.gradient != 0 || missing.hessian != 0;
}

void NodeSearch::add_weights(const OpenLeaf& leaf, const std::uint32_t* rows, int column,
                             ColumnSums& sums) const {
  const BinnedData& data = task_.data;
  const ColumnPlace& place = data.places[static_cast<std::size_t>(column)];
  const int n_bins = data.columns[static_cast<std::size_t>(column)].n_bins;
  std::vector<double> weights(static_cast<std::size_t>(n_bins) + 1, 0);
  const auto add = [&](const auto& bin_of) {
    for (std::size_t i = leaf.begin; i < leaf.end; ++i)
      weights[static_cast<std::size_t>(bin_of(rows[i]))] +=
          task_.sums.weights != nullptr ? task_.sums.weights[rows[i]] : 1;
  };
  if (place.default_bin < 0 && !data.by_column.empty()) {
    const std::uint8_t* const codes =
        data.by_column.data() + static_cast<std::size_t>(place.group * data.n_rows);
    add([&](std::uint32_t row) { return codes[row]; });
  } else {
    add([&](std::uint32_t row) { return data.bin(row, column); });
  }
  sums.missing_weight = weights.back();
  weights.pop_back();
  std::partial_sum(weights.begin(), weights.end(), weights.begin());
  sums.weights = std::move(weights);
}

NodeSearch::NodeRows NodeSearch::gather(const OpenLeaf& leaf, const std::uint32_t* rows) const {
  NodeRows gathered;
  const auto n = static_cast<std::size_t>(leaf.n_rows());
  gathered.gradients.resize(n);
  gathered.hessians.resize(n);
  gathered.weights.assign(n, 1);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t row = rows[leaf.begin + i];
    gathered.gradients[i] = task_.sums.gradients[row];
    gathered.hessians[i] = task_.sums.hessians[row];
    if (task_.sums.weights != nullptr) gathered.weights[i] = task_.sums.weights[row];
  }
  return gathered;
}

namespace {

struct Cell {
  double gradient = 0, hessian = 0, weight = 0;
};

/// Cells of one column; between uses all are 0.
struct Scratch {
  std::vector<Cell> cells;
  std::vector<std::uint64_t> occupied;

  void make_room(std::size_t n) {
    if (cells.size() < n) cells.resize(n);
    if (occupied.size() < n / 64 + 1) occupied.resize(n / 64 + 1, 0);
  }
};

template <class Code>
void fill_cells(const Code* codes, const std::uint32_t* rows, Index n, const double* gradients,
                const double* hessians, const double* weights, Scratch& scratch) {
  for (Index i = 0; i < n; ++i) {
    const std::size_t bin = codes[rows[i]];
    Cell& cell = scratch.cells[bin];
    cell.gradient += gradients[i];
    cell.hessian += hessians[i];
    cell.weight += weights[i];
    scratch.occupied[bin / 64] |= std::uint64_t{1} << (bin % 64);
  }
}

}  // namespace

void NodeSearch::sums_from_rows(const OpenLeaf& leaf, const std::uint32_t* rows,
                                const NodeRows& gathered, int column, ColumnSums& sums) const {
  static thread_local Scratch scratch;
  const BinnedData& data = task_.data;
  const std::size_t begin =
      static_cast<std::size_t>(column) * static_cast<std::size_t>(data.n_rows);
  const auto n_codes =
      static_cast<std::size_t>(data.columns[static_cast<std::size_t>(column)].n_codes());
  scratch.make_room(n_codes);
  const auto fill = [&](const auto* codes) {
    fill_cells(codes, rows + leaf.begin, leaf.n_rows(), gathered.gradients.data(),
               gathered.hessians.data(), gathered.weights.data(), scratch);
  };
  if (!data.wide16.empty()) {
    fill(data.wide16.data() + begin);
  } else {
    fill(data.wide32.data() + begin);
  }
  sums.bins.clear();
  sums.gradients.clear();
  sums.hessians.clear();
  sums.weights.clear();
  Cell running, missing;
  for (std::size_t word = 0; word < n_codes / 64 + 1; ++word) {
    for (std::uint64_t bits = scratch.occupied[word]; bits != 0; bits &= bits - 1) {
      const std::size_t bin = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      Cell& cell = scratch.cells[bin];
      if (bin + 1 == n_codes) {
        missing = cell;
      } else {
        running.gradient += cell.gradient;
        running.hessian += cell.hessian;
        running.weight += cell.weight;
        sums.bins.push_back(static_cast<int>(bin));
        sums.gradients.push_back(running.gradient);
        sums.hessians.push_back(running.hessian);
        sums.weights.push_back(running.weight);
      }
      cell = {};
    }
    scratch.occupied[word] = 0;
  }
  sums.missing_gradient = missing.gradient;
  sums.missing_hessian = missing.hessian;
  sums.missing_weight = missing.weight;
  sums.has_missing = missing.weight > 0;
}

Split NodeSearch::best(const OpenLeaf& leaf, const std::uint32_t* rows,
                       const std::vector<int>& columns) {
  const std::vector<int> searched = permitted(leaf, columns);
  const NodeTotals totals = totals_of(leaf, rows);
  std::vector<Split> found(searched.size());
  const BinnedData& data = task_.data;
  const NodeRows gathered = data.narrow ? NodeRows() : gather(leaf, rows);
  const bool together =
      data.narrow ? builder_.n_cells() >= 2 * cells_a_thread : leaf.n_rows() >= rows_a_thread;
  const auto n = static_cast<Index>(searched.size());
  parallel_for(task_.context, n, together ? 1 + n / 16 : n, [&](Index begin, Index end) {
    ColumnSums sums;
    for (Index k = begin; k < end; ++k) {
      const int column = searched[static_cast<std::size_t>(k)];
      if (data.narrow) {
        sums_from_histogram(leaf, column, sums);
      } else {
        sums_from_rows(leaf, rows, gathered, column, sums);
      }
      if (task_.trace != nullptr) task_.trace->histogram(leaf.node, column, sums, totals);
      found[static_cast<std::size_t>(k)] =
          finder_.best(column, data.columns[static_cast<std::size_t>(column)], sums, totals);
    }
  });
  for (const int column : searched)
    candidates_ +=
        static_cast<std::uint64_t>(data.columns[static_cast<std::size_t>(column)].n_bins);
  if (!data.narrow) updates_ += static_cast<std::uint64_t>(leaf.n_rows()) * searched.size();
  const Split best = best_of(leaf, totals, found, rows);
  if (task_.trace != nullptr) task_.trace->splits(leaf.node, found);
  return best;
}

/// The best of the columns' splits. Where it is not sure that both sides weigh enough, the rows of
/// that column are counted, and it is searched again.
Split NodeSearch::best_of(const OpenLeaf& leaf, const NodeTotals& totals, std::vector<Split>& found,
                          const std::uint32_t* rows) const {
  while (true) {
    const auto best =
        std::max_element(found.begin(), found.end(), [](const Split& a, const Split& b) {
          return (a.exists() ? a.gain : -1) < (b.exists() ? b.gain : -1);
        });
    if (best == found.end() || !best->exists()) return {};
    if (best->certain) return *best;
    const int column = best->column;
    ColumnSums sums;
    sums_from_histogram(leaf, column, sums);
    add_weights(leaf, rows, column, sums);
    *best =
        finder_.best(column, task_.data.columns[static_cast<std::size_t>(column)], sums, totals);
  }
}

}  // namespace grove
