#include "boosting/partition.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "grove/core/parallel.hpp"

namespace grove {

namespace {

constexpr std::size_t rows_a_part = 16384;

/// Whether each code of the split's column, as it is stored, goes left.
std::vector<std::uint8_t> sides_of(const BinnedData& data, const Split& split) {
  const auto j = static_cast<std::size_t>(split.column);
  const ColumnBins& bins = data.columns[j];
  std::vector<std::uint8_t> sides;
  const auto side = [&](int bin) -> std::uint8_t {
    return split.goes_left(bin, bins.n_bins) ? 1 : 0;
  };
  if (!data.narrow || data.places[j].default_bin < 0) {
    for (int bin = 0; bin <= bins.n_bins; ++bin) sides.push_back(side(bin));
    return sides;
  }
  const ColumnPlace& place = data.places[j];
  sides.assign(static_cast<std::size_t>(data.group_codes[static_cast<std::size_t>(place.group)]),
               side(place.default_bin));
  for (int bin = 0, code = place.first; bin <= bins.n_bins; ++bin)
    if (bin != place.default_bin) sides[static_cast<std::size_t>(code++)] = side(bin);
  return sides;
}

/// Left rows to the front of `rows`, right ones to `right`; no branches.
template <class Code>
std::size_t divide_part(const Code* codes, std::size_t stride, const std::uint8_t* sides,
                        std::uint32_t* rows, std::size_t n, std::uint32_t* right) {
  std::size_t n_left = 0, n_right = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t row = rows[i];
    const std::size_t left = sides[codes[row * stride]];
    rows[n_left] = row;
    right[n_right] = row;
    n_left += left;
    n_right += 1 - left;
  }
  return n_left;
}

template <class Code>
std::size_t divide_codes(const Code* codes, std::size_t stride,
                         const std::vector<std::uint8_t>& sides, std::uint32_t* rows, std::size_t n,
                         std::uint32_t* buffer, const Context& context) {
  const std::size_t n_parts = (n + rows_a_part - 1) / rows_a_part;
  std::vector<std::size_t> n_left(n_parts, 0);
  const auto end_of = [&](std::size_t part) { return std::min(n, (part + 1) * rows_a_part); };
  parallel_for(context, static_cast<Index>(n_parts), 1, [&](Index p, Index) {
    const auto part = static_cast<std::size_t>(p);
    const std::size_t begin = part * rows_a_part;
    n_left[part] = divide_part(codes, stride, sides.data(), rows + begin, end_of(part) - begin,
                               buffer + begin);
  });
  std::size_t at = 0;
  for (std::size_t part = 0; part < n_parts; ++part) {
    std::memmove(rows + at, rows + part * rows_a_part, n_left[part] * sizeof(std::uint32_t));
    at += n_left[part];
  }
  const std::size_t total_left = at;
  for (std::size_t part = 0; part < n_parts; ++part) {
    const std::size_t begin = part * rows_a_part;
    const std::size_t n_right = end_of(part) - begin - n_left[part];
    std::copy_n(buffer + begin, n_right, rows + at);
    at += n_right;
  }
  return total_left;
}

}  // namespace

std::size_t divide_rows(const GrowTask& task, const Split& split, std::uint32_t* rows,
                        std::size_t n, std::uint32_t* buffer) {
  const BinnedData& data = task.data;
  const auto n_rows = static_cast<std::size_t>(data.n_rows);
  const auto j = static_cast<std::size_t>(split.column);
  const std::vector<std::uint8_t> sides = sides_of(data, split);
  const auto divide = [&](const auto* codes, std::size_t stride) {
    return divide_codes(codes, stride, sides, rows, n, buffer, task.context);
  };
  if (!data.wide16.empty()) return divide(data.wide16.data() + j * n_rows, 1);
  if (!data.wide32.empty()) return divide(data.wide32.data() + j * n_rows, 1);
  const auto group = static_cast<std::size_t>(data.places[j].group);
  if (!data.by_column.empty()) return divide(data.by_column.data() + group * n_rows, 1);
  return divide(data.rows.data() + group, static_cast<std::size_t>(data.stride));
}

}  // namespace grove
