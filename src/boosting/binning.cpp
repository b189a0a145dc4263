#include "boosting/binning.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "boosting/bundling.hpp"
#include "core/large_pages.hpp"
#include "core/radix_sort.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

int ColumnBins::bin_of(double value) const {
  if (std::isnan(value)) return n_bins;
  if (categorical) {
    const auto code = static_cast<std::size_t>(value);
    return value < 0 || code >= bin_of_category.size() ? n_bins : bin_of_category[code];
  }
  return static_cast<int>(std::lower_bound(edges.begin(), edges.end(), value) - edges.begin());
}

int BinnedData::bin(Index row, Index column) const {
  const auto j = static_cast<std::size_t>(column);
  const std::size_t at = j * static_cast<std::size_t>(n_rows) + static_cast<std::size_t>(row);
  if (!wide16.empty()) return wide16[at];
  if (!wide32.empty()) return static_cast<int>(wide32[at]);
  const ColumnPlace& place = places[j];
  const int code =
      rows[static_cast<std::size_t>(row * stride) + static_cast<std::size_t>(place.group)];
  if (place.default_bin < 0) return code;
  const int k = code - place.first;
  if (k < 0 || k >= columns[j].n_codes() - 1) return place.default_bin;
  return k < place.default_bin ? k : k + 1;
}

std::size_t BinnedData::n_bytes() const {
  return rows.size() + by_column.size() + 2 * wide16.size() + 4 * wide32.size();
}

namespace {

constexpr Index rows_a_block = 1024;
constexpr Index rows_in_sample = 200000;  // that quantiles are taken of, at least
constexpr int many_columns = 48;          // from here on rows are divided by the row-wise bytes

/// A value m with a <= m < b, half-way where that can be told apart.
double between_values(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

struct WeightedValue {
  double value = 0;
  double weight = 0;
};

/// Columns whose values are collected in one pass over the rows, because they share cache lines.
constexpr Index columns_a_pass = 4;

/// The present values of some columns, those of rows with weight; sorted one column at a time. Rows
/// that all weigh 1 are kept as eight bytes a value.
class SortedColumns {
 public:
  /// Looks at every `step`-th row.
  SortedColumns(const Dataset& data, Index first, Index n_columns, const Vector& weights,
                Index step)
      : unweighted_((weights.array() == 1).all()) {
    const MatrixMap x = data.x();
    for (Index j = 0; unweighted_ && j < n_columns; ++j)
      keys_[static_cast<std::size_t>(j)].reserve(
          static_cast<std::size_t>(data.n_rows() / step + 1));
    for (Index i = 0; i < data.n_rows(); i += step)
      for (Index j = 0; j < n_columns && weights(i) > 0; ++j) {
        const double value = x(i, first + j);
        if (std::isnan(value)) continue;
        if (unweighted_) {
          keys_[static_cast<std::size_t>(j)].push_back(order_key(value));
        } else {
          values_[static_cast<std::size_t>(j)].push_back({value + 0.0, weights(i)});
        }
      }
  }

  void sort(std::size_t j) {
    if (unweighted_) {
      radix_sort(keys_[j], [](std::uint64_t key) { return key; });
    } else {
      radix_sort(values_[j], [](const WeightedValue& v) { return order_key(v.value); });
    }
  }

  /// Calls f(value, weight) for every distinct value in order.
  template <class F>
  void for_each_distinct(std::size_t j, const F& f) const {
    const std::vector<std::uint64_t>& keys = keys_[j];
    for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
      while (end < keys.size() && keys[end] == keys[begin]) ++end;
      f(key_value(keys[begin]), static_cast<double>(end - begin));
    }
    const std::vector<WeightedValue>& values = values_[j];
    for (std::size_t begin = 0, end = 0; begin < values.size(); begin = end) {
      double weight = 0;
      for (; end < values.size() && values[end].value == values[begin].value; ++end)
        weight += values[end].weight;
      f(values[begin].value, weight);
    }
  }

 private:
  bool unweighted_;
  std::array<std::vector<std::uint64_t>, columns_a_pass> keys_;
  std::array<std::vector<WeightedValue>, columns_a_pass> values_;
};

/// Whether a column has at most max_bins distinct values among the rows that were looked at.
bool has_few_values(const SortedColumns& columns, std::size_t j, int max_bins) {
  int n_distinct = 0;
  columns.for_each_distinct(j, [&](double, double) { ++n_distinct; });
  return n_distinct <= max_bins;
}

ColumnBins numeric_bins(const SortedColumns& columns, std::size_t j, int max_bins) {
  double total = 0;
  columns.for_each_distinct(j, [&](double, double weight) { total += weight; });
  const bool each = max_bins == all_values || has_few_values(columns, j, max_bins);
  ColumnBins bins;
  double running = 0, last = 0;
  int next = 1;
  bool open = false;  // whether a bin ends at `last`
  columns.for_each_distinct(j, [&](double value, double weight) {
    if (open) bins.edges.push_back(between_values(last, value));
    running += weight;
    last = value;
    open = each || running >= total * next / max_bins;
    while (!each && next < max_bins && running >= total * next / max_bins) ++next;
  });
  bins.n_bins = static_cast<int>(bins.edges.size()) + 1;
  return bins;
}

ColumnBins categorical_bins(const Dataset& data, Index column, const Vector& weights,
                            int max_bins) {
  const std::size_t n_categories =
      data.columns()[static_cast<std::size_t>(column)].categories.size();
  const MatrixMap x = data.x();
  std::vector<double> weight(n_categories, 0);
  for (Index i = 0; i < data.n_rows(); ++i)
    if (!std::isnan(x(i, column))) weight[static_cast<std::size_t>(x(i, column))] += weights(i);
  std::vector<std::size_t> order(n_categories);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
  std::size_t n_seen = 0;
  while (n_seen < n_categories && weight[order[n_seen]] > 0) ++n_seen;
  // The rarest share the last bin if there are too many.
  const std::size_t most = max_bins == all_values ? n_seen : static_cast<std::size_t>(max_bins);
  ColumnBins bins;
  bins.categorical = true;
  bins.n_bins = std::max(1, static_cast<int>(std::min(n_seen, most)));
  bins.bin_of_category.assign(n_categories, bins.n_bins);
  for (std::size_t i = 0; i < n_seen; ++i)
    bins.bin_of_category[order[i]] = std::min(static_cast<int>(i), bins.n_bins - 1);
  return bins;
}

/// bin_of for many values at a time: eight binary searches side by side, without branches.
class BinSearch {
 public:
  explicit BinSearch(const ColumnBins& bins) : bins_(bins), edges_(bins.edges) {
    while (step_ <= bins.edges.size()) step_ *= 2;
    edges_.resize(step_ - 1, std::numeric_limits<double>::infinity());
  }

  /// The bins of `n` values that are `stride` apart.
  template <class Out>
  void operator()(const double* values, Index n, Index stride, Out* out, Index out_stride) const {
    constexpr Index side_by_side = 8;
    if (bins_.categorical) {
      for (Index i = 0; i < n; ++i)
        out[i * out_stride] = static_cast<Out>(bins_.bin_of(values[i * stride]));
      return;
    }
    Index i = 0;
    for (; i + side_by_side <= n; i += side_by_side)
      search<side_by_side>(values + i * stride, stride, out + i * out_stride, out_stride);
    for (; i < n; ++i) search<1>(values + i * stride, stride, out + i * out_stride, out_stride);
  }

 private:
  template <Index count, class Out>
  void search(const double* values, Index stride, Out* out, Index out_stride) const {
    double x[count];
    std::size_t at[count];
    for (Index k = 0; k < count; ++k) {
      x[k] = values[k * stride];
      at[k] = 0;
    }
    for (std::size_t half = step_ / 2; half > 0; half /= 2)
      for (Index k = 0; k < count; ++k) at[k] += edges_[at[k] + half - 1] < x[k] ? half : 0;
    for (Index k = 0; k < count; ++k)
      out[k * out_stride] =
          std::isnan(x[k]) ? static_cast<Out>(bins_.n_bins) : static_cast<Out>(at[k]);
  }

  const ColumnBins& bins_;
  std::vector<double> edges_;  // one less than a power of two, the rest infinite
  std::size_t step_ = 1;
};

std::vector<ColumnBins> choose_bins(const Dataset& data, const Vector& weights, int max_bins,
                                    const Context& context) {
  std::vector<ColumnBins> columns(static_cast<std::size_t>(data.n_columns()));
  const Index step =
      max_bins == all_values ? 1 : std::max<Index>(1, data.n_rows() / rows_in_sample);
  const auto choose = [&](Index begin, Index end) {
    SortedColumns sorted(data, begin, end - begin, weights, step);
    for (Index j = begin; j < end; ++j) {
      ColumnBins& bins = columns[static_cast<std::size_t>(j)];
      if (data.columns()[static_cast<std::size_t>(j)].kind == ColumnKind::categorical) {
        bins = categorical_bins(data, j, weights, max_bins);
        continue;
      }
      const auto at = static_cast<std::size_t>(j - begin);
      sorted.sort(at);
      if (step > 1 && has_few_values(sorted, at, max_bins)) {
        SortedColumns all(data, j, 1, weights, 1);
        all.sort(0);
        bins = numeric_bins(all, 0, max_bins);
      } else {
        bins = numeric_bins(sorted, at, max_bins);
      }
    }
  };
  const Index n_passes = (data.n_columns() + columns_a_pass - 1) / columns_a_pass;
  parallel_for(context, n_passes, data.n_rows() < 2000 ? n_passes : 1, [&](Index begin, Index end) {
    for (Index pass = begin; pass < end; ++pass)
      choose(pass * columns_a_pass, std::min(data.n_columns(), (pass + 1) * columns_a_pass));
  });
  return columns;
}

template <class Out>
void fill_wide(const Dataset& data, BinnedData& binned, std::vector<Out>& out,
               const Context& context) {
  const Index n = data.n_rows();
  out.resize(static_cast<std::size_t>(n * data.n_columns()));
  const MatrixMap x = data.x();
  parallel_for(context, data.n_columns(), 1, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j)
      BinSearch(binned.columns[static_cast<std::size_t>(j)])(x.data() + j, n, x.outerStride(),
                                                             out.data() + j * n, 1);
  });
}

template <class T>
void allocate(std::vector<T>& table, std::size_t n) {
  table.reserve(n);
  prefer_large_pages(table.data(), n * sizeof(T));
  table.resize(n);
}

/// Row-wise bytes of all columns, and of every group column-wise.
void fill_narrow(const Dataset& data, BinnedData& binned, const Context& context) {
  const Index n = data.n_rows();
  const MatrixMap x = data.x();
  const int n_groups = binned.n_groups();
  binned.stride = (n_groups + 7) / 8 * 8;  // the loops read eight bytes at a time
  allocate(binned.rows, static_cast<std::size_t>(n * binned.stride));
  const bool twice = n_groups < many_columns;
  if (twice) allocate(binned.by_column, static_cast<std::size_t>(n * n_groups));
  std::vector<BinSearch> search;
  for (const ColumnBins& bins : binned.columns) search.emplace_back(bins);
  parallel_for(context, n, rows_a_block, [&](Index begin, Index end) {
    std::uint8_t bins[rows_a_block];
    std::uint8_t* const block = binned.rows.data() + begin * binned.stride;
    for (std::size_t j = 0; j < search.size(); ++j) {
      const ColumnPlace& place = binned.places[j];
      const double* values = x.data() + begin * x.outerStride() + static_cast<Index>(j);
      search[j](values, end - begin, x.outerStride(), bins, 1);
      for (Index i = 0; i < end - begin; ++i) {
        std::uint8_t& code = block[i * binned.stride + place.group];
        if (place.default_bin < 0) {
          code = bins[i];
        } else if (bins[i] != place.default_bin) {
          code = static_cast<std::uint8_t>(place.first + bins[i] -
                                           (bins[i] > place.default_bin ? 1 : 0));
        }
      }
    }
    if (!twice) return;
    for (int g = 0; g < n_groups; ++g)
      for (Index i = begin; i < end; ++i)
        binned.by_column[static_cast<std::size_t>(g * n + i)] =
            binned.rows[static_cast<std::size_t>(i * binned.stride + g)];
  });
}

}  // namespace

BinnedData bin_data(const Dataset& data, const Vector& weights, int max_bins, bool bundle,
                    const Context& context) {
  BinnedData binned;
  binned.n_rows = data.n_rows();
  binned.columns = choose_bins(data, weights, max_bins, context);
  binned.narrow = max_bins != all_values && max_bins <= 255;
  if (binned.narrow) {
    place_columns(data, bundle, binned);
    fill_narrow(data, binned, context);
    return binned;
  }
  int most = 0;
  for (const ColumnBins& bins : binned.columns) most = std::max(most, bins.n_codes());
  if (most <= 65536) {
    fill_wide(data, binned, binned.wide16, context);
  } else {
    fill_wide(data, binned, binned.wide32, context);
  }
  return binned;
}

}  // namespace grove
