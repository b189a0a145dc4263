// Included by cell_scan_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see neighbors/kd_search.hpp.

#include "cluster/density/cell_scan.hpp"
#include "cluster/density/vector_of_8.hpp"

namespace grove::cluster::GROVE_INSTRUCTION_SET {
namespace {

/// Bit i: place first + i is within the limit; places from `last` on are not.
template <int D>
GROVE_INLINE unsigned within(const CellPoints& points, const double* query, std::uint32_t first,
                             std::uint32_t last) {
  V sum = {};
#pragma GCC unroll 4
  for (int j = 0; j < D; ++j) {
    const V difference = all(query[j]) - load(points.columns[j] + first);
    sum += difference * difference;
  }
  const unsigned mask = less_equal(sum, all(points.limit));
  return last - first < lanes ? mask & ((1U << (last - first)) - 1) : mask;
}

GROVE_INLINE std::uint32_t read(std::uint32_t first, std::uint32_t last) {
  return last - first < lanes ? last - first : lanes;
}

template <int D>
GROVE_INLINE void copy_point(const CellPoints& points, std::uint32_t place, double* out) {
  for (int j = 0; j < D; ++j) out[j] = points.columns[j][place];
}

template <int D>
double weigh_one(const CellPoints& points, std::uint32_t place, const Places* ranges, int n_ranges,
                 double enough, std::uint64_t& evaluations) {
  double query[D];
  copy_point<D>(points, place, query);
  double sum = 0;
  for (int r = 0; r < n_ranges; ++r)
    for (std::uint32_t first = ranges[r].first; first < ranges[r].last; first += lanes) {
      unsigned mask = within<D>(points, query, first, ranges[r].last);
      evaluations += read(first, ranges[r].last);
      if (mask == 0) continue;
      if (points.weights == nullptr) {
        sum += __builtin_popcount(mask);
      } else {
        for (; mask != 0; mask &= mask - 1)
          sum += points.weights[first + static_cast<std::uint32_t>(__builtin_ctz(mask))];
      }
      if (sum >= enough) return sum;
    }
  return sum;
}

template <int D>
void weigh(const CellPoints& points, Places own, const Places* ranges, int n_ranges, double enough,
           double* sums, std::uint64_t& evaluations) {
  for (std::uint32_t place = own.first; place < own.last; ++place)
    sums[place - own.first] = weigh_one<D>(points, place, ranges, n_ranges, enough, evaluations);
}

template <int D>
bool any_pair(const CellPoints& points, Places a, Places b, std::uint64_t& evaluations) {
  double query[D];
  for (std::uint32_t place = a.first; place < a.last; ++place) {
    copy_point<D>(points, place, query);
    for (std::uint32_t first = b.first; first < b.last; first += lanes) {
      evaluations += read(first, b.last);
      if (within<D>(points, query, first, b.last) != 0) return true;
    }
  }
  return false;
}

template <int D>
std::uint32_t first_within(const CellPoints& points, const double* query, Places range,
                           std::uint64_t& evaluations) {
  for (std::uint32_t first = range.first; first < range.last; first += lanes) {
    evaluations += read(first, range.last);
    const unsigned mask = within<D>(points, query, first, range.last);
    if (mask != 0) return first + static_cast<std::uint32_t>(__builtin_ctz(mask));
  }
  return range.last;
}

void weigh_any(const CellPoints& points, Places own, const Places* ranges, int n_ranges,
               double enough, double* sums, std::uint64_t& evaluations) {
  if (points.d == 1) return weigh<1>(points, own, ranges, n_ranges, enough, sums, evaluations);
  if (points.d == 2) return weigh<2>(points, own, ranges, n_ranges, enough, sums, evaluations);
  if (points.d == 3) return weigh<3>(points, own, ranges, n_ranges, enough, sums, evaluations);
  weigh<4>(points, own, ranges, n_ranges, enough, sums, evaluations);
}

bool any_pair_any(const CellPoints& points, Places a, Places b, std::uint64_t& evaluations) {
  if (points.d == 1) return any_pair<1>(points, a, b, evaluations);
  if (points.d == 2) return any_pair<2>(points, a, b, evaluations);
  if (points.d == 3) return any_pair<3>(points, a, b, evaluations);
  return any_pair<4>(points, a, b, evaluations);
}

std::uint32_t first_within_any(const CellPoints& points, const double* query, Places range,
                               std::uint64_t& evaluations) {
  if (points.d == 1) return first_within<1>(points, query, range, evaluations);
  if (points.d == 2) return first_within<2>(points, query, range, evaluations);
  if (points.d == 3) return first_within<3>(points, query, range, evaluations);
  return first_within<4>(points, query, range, evaluations);
}

}  // namespace

const CellScan cell_scan{weigh_any, any_pair_any, first_within_any};

}  // namespace grove::cluster::GROVE_INSTRUCTION_SET
