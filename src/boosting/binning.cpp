#include "boosting/binning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "grove/core/parallel.hpp"

namespace grove {

std::uint8_t ColumnBins::bin_of(double value) const {
  if (std::isnan(value)) return static_cast<std::uint8_t>(n_bins);
  if (categorical) {
    const auto code = static_cast<std::size_t>(value);
    return value < 0 || code >= bin_of_category.size() ? static_cast<std::uint8_t>(n_bins)
                                                       : bin_of_category[code];
  }
  return static_cast<std::uint8_t>(std::lower_bound(edges.begin(), edges.end(), value) -
                                   edges.begin());
}

namespace {

/// A value m with a <= m < b, half-way where that can be told apart.
double between_values(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

ColumnBins numeric_bins(const Dataset& data, Index column, const Vector& weights, int max_bins) {
  std::vector<std::pair<double, double>> values;  // with weights
  values.reserve(static_cast<std::size_t>(data.n_rows()));
  for (Index i = 0; i < data.n_rows(); ++i) {
    const double value = data.x()(i, column);
    if (weights(i) > 0 && !std::isnan(value)) values.emplace_back(value + 0.0, weights(i));
  }
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t n_distinct = 0;
  double total = 0;
  for (const auto& [value, weight] : values) {
    total += weight;
    if (n_distinct > 0 && values[n_distinct - 1].first == value) {
      values[n_distinct - 1].second += weight;
    } else {
      values[n_distinct++] = {value, weight};
    }
  }
  values.resize(n_distinct);
  ColumnBins bins;
  double running = 0;
  int next = 1;
  for (std::size_t i = 0; i + 1 < n_distinct; ++i) {
    running += values[i].second;
    if (static_cast<int>(n_distinct) > max_bins) {
      if (running < total * next / max_bins) continue;
      while (next < max_bins && running >= total * next / max_bins) ++next;
    }
    bins.edges.push_back(between_values(values[i].first, values[i + 1].first));
  }
  bins.n_bins = static_cast<int>(bins.edges.size()) + 1;
  return bins;
}

ColumnBins categorical_bins(const Dataset& data, Index column, const Vector& weights,
                            int max_bins) {
  const std::size_t n_categories =
      data.columns()[static_cast<std::size_t>(column)].categories.size();
  std::vector<double> weight(n_categories, 0);
  for (Index i = 0; i < data.n_rows(); ++i)
    if (!std::isnan(data.x()(i, column)))
      weight[static_cast<std::size_t>(data.x()(i, column))] += weights(i);
  std::vector<std::size_t> order(n_categories);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return weight[a] > weight[b]; });
  std::size_t n_seen = 0;
  while (n_seen < n_categories && weight[order[n_seen]] > 0) ++n_seen;
  ColumnBins bins;
  bins.categorical = true;
  // The rarest share the last bin if there are too many.
  bins.n_bins = std::max(
      1, static_cast<int>(std::min<std::size_t>(n_seen, static_cast<std::size_t>(max_bins))));
  bins.bin_of_category.assign(n_categories, static_cast<std::uint8_t>(bins.n_bins));
  for (std::size_t i = 0; i < n_seen; ++i)
    bins.bin_of_category[order[i]] = static_cast<std::uint8_t>(
        std::min<std::size_t>(i, static_cast<std::size_t>(bins.n_bins) - 1));
  return bins;
}

}  // namespace

BinnedData bin_data(const Dataset& data, const Vector& weights, int max_bins,
                    const Context& context) {
  BinnedData binned;
  binned.n_rows = data.n_rows();
  const auto d = static_cast<std::size_t>(data.n_columns());
  binned.columns.resize(d);
  binned.bins.resize(d * static_cast<std::size_t>(data.n_rows()));
  parallel_for(context, data.n_columns(), data.n_rows() < 2000 ? data.n_columns() : 1,
               [&](Index begin, Index end) {
                 for (Index j = begin; j < end; ++j) {
                   const bool categorical =
                       data.columns()[static_cast<std::size_t>(j)].kind == ColumnKind::categorical;
                   ColumnBins bins = categorical ? categorical_bins(data, j, weights, max_bins)
                                                 : numeric_bins(data, j, weights, max_bins);
                   std::uint8_t* out =
                       binned.bins.data() +
                       static_cast<std::size_t>(j) * static_cast<std::size_t>(data.n_rows());
                   for (Index i = 0; i < data.n_rows(); ++i) out[i] = bins.bin_of(data.x()(i, j));
                   binned.columns[static_cast<std::size_t>(j)] = std::move(bins);
                 }
               });
  return binned;
}

}  // namespace grove
