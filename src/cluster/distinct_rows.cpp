#include "cluster/distinct_rows.hpp"

#include <algorithm>
#include <bit>

#include "core/radix_sort.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

namespace {

struct Hashed {
  std::uint64_t hash;
  std::uint32_t row;
};

std::uint64_t hash_of(const double* row, Index d) {
  std::uint64_t hash = 0x9e3779b97f4a7c15;
  for (Index j = 0; j < d; ++j) {
    hash ^= std::bit_cast<std::uint64_t>(row[j] + 0.0);
    hash *= 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash & ((std::uint64_t{1} << 33) - 1);  // three digits of the radix sort
}

}  // namespace

Matrix DistinctRows::gather(const MatrixView& points) const {
  Matrix rows(static_cast<Index>(first.size()), points.cols());
  for (std::size_t i = 0; i < first.size(); ++i)
    rows.row(static_cast<Index>(i)) = points.row(first[i]);
  return rows;
}

DistinctRows rows_apart(Index n, const double* weights) {
  DistinctRows rows;
  rows.group.assign(static_cast<std::size_t>(n), DistinctRows::none);
  for (Index i = 0; i < n; ++i) {
    if (weights != nullptr && weights[i] == 0) continue;
    rows.group[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(rows.first.size());
    rows.first.push_back(static_cast<std::uint32_t>(i));
  }
  return rows;
}

DistinctRows distinct_rows(const MatrixView& points, const double* weights,
                           const Context& context) {
  const Index n = points.rows();
  const Index d = points.cols();
  const auto row = [&](std::uint32_t i) {
    return points.data() + static_cast<Index>(i) * points.outerStride();
  };
  std::vector<Hashed> hashed(static_cast<std::size_t>(n));
  parallel_for(context, n, 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      hashed[static_cast<std::size_t>(i)] = {hash_of(row(static_cast<std::uint32_t>(i)), d),
                                             static_cast<std::uint32_t>(i)};
  });
  if (weights != nullptr)
    std::erase_if(hashed, [&](const Hashed& item) { return weights[item.row] == 0; });
  radix_sort(hashed, [](const Hashed& item) { return item.hash; });

  // The group of a row is first its first row.
  DistinctRows rows;
  rows.group.assign(static_cast<std::size_t>(n), DistinctRows::none);
  std::vector<std::uint32_t> heads;  // different rows of one hash
  for (std::size_t begin = 0; begin < hashed.size();) {
    std::size_t end = begin;
    heads.clear();
    for (; end < hashed.size() && hashed[end].hash == hashed[begin].hash; ++end) {
      const std::uint32_t i = hashed[end].row;
      const auto head = std::find_if(heads.begin(), heads.end(), [&](std::uint32_t h) {
        return std::equal(row(i), row(i) + d, row(h));
      });
      rows.group[i] = head == heads.end() ? i : *head;
      if (head == heads.end()) heads.push_back(i);
    }
    begin = end;
  }
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(n); ++i) {
    std::uint32_t& group = rows.group[i];
    if (group == DistinctRows::none) continue;
    if (group == i) {
      group = static_cast<std::uint32_t>(rows.first.size());
      rows.first.push_back(i);
    } else {
      group = rows.group[group];
    }
  }
  return rows;
}

}  // namespace grove::cluster
