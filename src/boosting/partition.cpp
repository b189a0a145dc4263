#include "boosting/partition.hpp"

#include <algorithm>
#include <numeric>
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
std::size_t divide_whole(const Code* codes, std::size_t stride, const std::uint8_t* sides,
                         std::uint32_t* rows, std::size_t n, std::uint32_t* right) {
  std::size_t n_left = 0, n_right = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t row = rows[i];
    const std::size_t goes_left = sides[codes[row * stride]];
    rows[n_left] = row;
    right[n_right] = row;
    n_left += goes_left;
    n_right += 1 - goes_left;
  }
  return n_left;
}

/// Left rows to the front of `out`, right ones to its end, the last first.
template <class Code>
std::size_t divide_part(const Code* codes, std::size_t stride, const std::uint8_t* sides,
                        const std::uint32_t* rows, std::size_t n, std::uint32_t* out) {
  std::size_t n_left = 0, last = n - 1;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t row = rows[i];
    const std::size_t goes_left = sides[codes[row * stride]];
    out[n_left] = row;
    out[last] = row;
    n_left += goes_left;
    last -= 1 - goes_left;
  }
  return n_left;
}

template <class Code>
std::size_t divide_codes(const Code* codes, std::size_t stride,
                         const std::vector<std::uint8_t>& sides, std::uint32_t* rows, std::size_t n,
                         std::uint32_t* buffer, const Context& context) {
  if (n < 2 * rows_a_part || n_threads(context) == 1) {
    const std::size_t n_left = divide_whole(codes, stride, sides.data(), rows, n, buffer);
    std::copy_n(buffer, n - n_left, rows + n_left);
    return n_left;
  }
  const std::size_t n_parts = (n + rows_a_part - 1) / rows_a_part;
  std::vector<std::size_t> n_left(n_parts, 0);
  const auto size_of = [&](std::size_t part) {
    return std::min(n - part * rows_a_part, rows_a_part);
  };
  parallel_for(context, static_cast<Index>(n_parts), 1, [&](Index p, Index) {
    const auto part = static_cast<std::size_t>(p);
    const std::size_t begin = part * rows_a_part;
    n_left[part] =
        divide_part(codes, stride, sides.data(), rows + begin, size_of(part), buffer + begin);
  });
  std::vector<std::size_t> first_left(n_parts, 0);
  std::exclusive_scan(n_left.begin(), n_left.end(), first_left.begin(), std::size_t{0});
  const std::size_t total_left = first_left.back() + n_left.back();
  parallel_for(context, static_cast<Index>(n_parts), 1, [&](Index p, Index) {
    const auto part = static_cast<std::size_t>(p);
    const std::size_t begin = part * rows_a_part;
    const std::uint32_t* const from = buffer + begin;
    std::copy_n(from, n_left[part], rows + first_left[part]);
    std::reverse_copy(from + n_left[part], from + size_of(part),
                      rows + total_left + begin - first_left[part]);
  });
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
