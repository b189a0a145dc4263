#pragma once

#include <cstdint>

// The inner loops of the search by products, compiled once per instruction set; plain data only,
// for the reason given in kd_search.hpp.

namespace grove {

/// Points whose score is at most `limit`, collected for one query. `limit` is lowered by `shrink`.
struct Candidates {
  float* scores = nullptr;
  std::int64_t* rows = nullptr;
  int n = 0;
  int capacity = 0;
  float limit = 0;
};

/// Queries and points as floats, packed for the loops: `queries_a_panel` (`points_a_panel`) at a
/// time, coordinate by coordinate; what is beyond the last is 0.
struct ProductTask {
  const float* queries = nullptr;
  int n_queries = 0;
  const float* points = nullptr;
  const float* half_norms = nullptr;  // |point|^2 / 2; +inf beyond the last
  int n_points = 0;
  std::int64_t first_row = 0;  // of the points
  int d = 0;
  Candidates* candidates = nullptr;  // one for each query
  /// Makes room when fewer than points_a_panel places are left.
  void (*shrink)(void* owner, int query) = nullptr;
  void* owner = nullptr;
};

/// Offers |point|^2 / 2 - query . point, in float arithmetic, of every pair to the query's
/// candidates.
struct ProductScan {
  int queries_a_panel;
  int points_a_panel;
  void (*run)(const ProductTask& task);
};

namespace baseline {
ProductScan product_scan();
}
namespace avx2 {
ProductScan product_scan();
}
namespace avx512 {
ProductScan product_scan();
}

}  // namespace grove
