#pragma once

#include <cstdint>

// The inner loops over points in grid cells. They are compiled once per instruction set, so this
// header holds plain data only (see neighbors/kd_search.hpp).

namespace grove::cluster {

/// Points in the order of their cells, column by column; `scan_padding` values that are +inf follow
/// the last one.
inline constexpr int scan_padding = 8;
struct CellPoints {
  const double* columns[4] = {};
  const double* weights = nullptr;  // null: all are 1
  int d = 1;
  double limit = 0;  // squared distances up to it count
};

struct Places {
  std::uint32_t first, last;
};

/// The loops of one instruction set. Each adds the distances that it measured to `evaluations`; it
/// takes 8 places at a time and stops where the answer is known.
struct CellScan {
  /// sums[i] = weight of the points in `ranges` within the limit of place own.first + i. A sum that
  /// has reached `enough` may leave out the rest.
  void (*weigh)(const CellPoints& points, Places own, const Places* ranges, int n_ranges,
                double enough, double* sums, std::uint64_t& evaluations);
  /// Whether a point of `a` and one of `b` are within the limit.
  bool (*any_pair)(const CellPoints& points, Places a, Places b, std::uint64_t& evaluations);
  /// The first place in the range that is within the limit of the query; its end if none is.
  std::uint32_t (*first_within)(const CellPoints& points, const double* query, Places range,
                                std::uint64_t& evaluations);
};

namespace baseline {
extern const CellScan cell_scan;
}
namespace avx2 {
extern const CellScan cell_scan;
}
namespace avx512 {
extern const CellScan cell_scan;
}
const CellScan& cell_scan_for_this_processor();

}  // namespace grove::cluster
