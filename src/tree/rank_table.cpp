#include "tree/rank_table.hpp"

#include <cmath>
#include <limits>

#include "core/radix_sort.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

namespace {

struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};

std::vector<std::uint32_t> numeric_ranks(const MatrixMap& x, Index column,
                                         std::vector<double>& values) {
  std::vector<KeyedRow> present;
  present.reserve(static_cast<std::size_t>(x.rows()));
  for (Index i = 0; i < x.rows(); ++i)
    if (!std::isnan(x(i, column)))
      present.push_back({order_key(x(i, column)), static_cast<std::uint32_t>(i)});
  radix_sort(present, [](const KeyedRow& item) { return item.key; });
  std::size_t n_distinct = 0;
  for (std::size_t i = 0; i < present.size(); ++i)
    n_distinct += i == 0 || present[i].key != present[i - 1].key ? 1 : 0;
  values.reserve(n_distinct);
  std::vector<std::uint32_t> ranks(static_cast<std::size_t>(x.rows()),
                                   static_cast<std::uint32_t>(n_distinct));
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (i == 0 || present[i].key != present[i - 1].key) values.push_back(key_value(present[i].key));
    ranks[present[i].row] = static_cast<std::uint32_t>(values.size() - 1);
  }
  return ranks;
}

RankedColumn rank_column(const Dataset& data, Index j) {
  const Column& column = data.columns()[static_cast<std::size_t>(j)];
  const MatrixMap x = data.x();
  RankedColumn ranked;
  ranked.categorical = column.kind == ColumnKind::categorical;
  std::vector<std::uint32_t> ranks;
  if (ranked.categorical) {
    ranked.n_ranks = static_cast<std::uint32_t>(column.categories.size());
    ranks.reserve(static_cast<std::size_t>(x.rows()));
    for (Index i = 0; i < x.rows(); ++i)
      ranks.push_back(std::isnan(x(i, j)) ? ranked.n_ranks : static_cast<std::uint32_t>(x(i, j)));
  } else {
    ranks = numeric_ranks(x, j, ranked.values);
    ranked.n_ranks = static_cast<std::uint32_t>(ranked.values.size());
  }
  if (ranked.n_ranks <= std::numeric_limits<std::uint16_t>::max()) {
    ranked.narrow.assign(ranks.begin(), ranks.end());
  } else {
    ranked.wide = std::move(ranks);
  }
  return ranked;
}

}  // namespace

RankTable rank_columns(const Dataset& data, const Context& context) {
  RankTable table(static_cast<std::size_t>(data.n_columns()));
  parallel_for(context, data.n_columns(), data.n_rows() < 2000 ? data.n_columns() : 1,
               [&](Index begin, Index end) {
                 for (Index j = begin; j < end; ++j)
                   table[static_cast<std::size_t>(j)] = rank_column(data, j);
               });
  return table;
}

}  // namespace grove
