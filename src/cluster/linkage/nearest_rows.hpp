#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "cluster/linkage/linkage_kernels.hpp"
#include "grove/core/parallel.hpp"

namespace grove::cluster {

/// Of each cluster: the row of the nearest other, the first of equally near ones.
struct NearestRows {
  std::vector<Index> rows;
  std::vector<double> distances;
};

/// Parts of the rows that may be seen at once.
inline constexpr Index nearest_parts = 8;

/// From the triangle of the distances of n clusters, seen row by row: row_of(i, part) returns row
/// i, which holds those to clusters 0..i-1, and is called once for each.
template <class RowOf>
NearestRows nearest_rows(Index n, const RowOf& row_of, const Context& context) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr Index rows_a_block = 16;
  const auto at = [](Index i) { return static_cast<std::size_t>(i); };
  const LinkageKernels kernels = linkage_kernels();
  NearestRows nearest{std::vector<Index>(at(n), -1), std::vector<double>(at(n), infinity)};
  // Each part sees every nearest_parts-th block of rows, and keeps the least of each column.
  std::vector<double> least(at(n * nearest_parts), infinity), places(at(n * nearest_parts), -1);
  parallel_for(context, nearest_parts, 1, [&](Index part, Index) {
    for (Index begin = part * rows_a_block; begin < n; begin += nearest_parts * rows_a_block)
      for (Index i = begin; i < std::min(n, begin + rows_a_block); ++i) {
        const RowMinimum found = kernels.minima(row_of(i, part), i, static_cast<double>(i),
                                                least.data() + part * n, places.data() + part * n);
        nearest.rows[at(i)] = found.place;
        nearest.distances[at(i)] = found.distance;
      }
  });
  for (Index part = 0; part < nearest_parts; ++part)
    for (Index i = 0; i < n; ++i) {
      const double distance = least[at(part * n + i)];
      const auto place = static_cast<Index>(places[at(part * n + i)]);
      double& best = nearest.distances[at(i)];
      Index& row = nearest.rows[at(i)];
      if (distance < best || (distance == best && place >= 0 && place < row)) {
        best = distance;
        row = place;
      }
    }
  return nearest;
}

}  // namespace grove::cluster
