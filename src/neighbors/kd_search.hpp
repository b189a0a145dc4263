#pragma once

#include <cstdint>

// The inner loops of the KD-tree. They are compiled once per instruction set, so this header holds
// plain data only: an inline function of the standard library that one of those translation units
// emitted could be the one that the linker keeps for the whole program.

namespace grove {

/// Points and queries are handled in chunks of so many, coordinate by coordinate:
/// value j of the chunk's point i is chunk[j * kd_lanes + i].
inline constexpr int kd_lanes = 16;

enum class KdMetric { euclidean, manhattan, chebyshev };

/// The tree: `n_leaves` leaves of `chunks_a_leaf` full chunks (the last one may have fewer points;
/// what is beyond them is +inf). Node 0 is the root, over leaves [0, n_leaves); the left child of
/// node v, over c leaves, is v + 1, with (c + 1) / 2 of them; the right one follows the left
/// subtree.
struct KdView {
  const double* chunks = nullptr;
  const float* boxes = nullptr;  // node v: d lower bounds, then d upper bounds, rounded outwards
  const std::int32_t* columns = nullptr;  // by which node v is halved
  std::int64_t n_points = 0;
  std::int64_t n_leaves = 0;
  int chunks_a_leaf = 1;
  int d = 0;
};

/// At most kd_lanes queries that lie near each other. What is beyond `n` repeats one of them.
struct KdQueries {
  const double* values = nullptr;  // a chunk
  float* room = nullptr;           // 2 d kd_lanes, for the search to work in
  std::int64_t first_place = -1;   // in the tree, if they are its points: each leaves itself out
  int n = 0;
};

/// The nearest so far of each query, in ascending order: reduced distance and place in the tree,
/// `width` of each; +inf where there is none.
struct KdHits {
  double* distances = nullptr;
  std::int64_t* places = nullptr;
};

struct KdWork {
  std::uint64_t distance_evaluations = 0;
  std::uint64_t nodes_visited = 0;
};

/// Fills `hits` with the `width` (8, 16, 32 or 64) nearest of each query that lie within its k-th
/// nearest or a little farther: all that the k-th could tie with, unless they are more than
/// width - k.
using KdSearch = void (*)(const KdView& tree, const KdQueries& queries, KdMetric metric, int k,
                          int width, const KdHits& hits, KdWork& work);

namespace baseline {
void kd_search(const KdView&, const KdQueries&, KdMetric, int, int, const KdHits&, KdWork&);
}
namespace avx2 {
void kd_search(const KdView&, const KdQueries&, KdMetric, int, int, const KdHits&, KdWork&);
}
namespace avx512 {
void kd_search(const KdView&, const KdQueries&, KdMetric, int, int, const KdHits&, KdWork&);
}

/// The fastest for this processor; all give the same bits.
KdSearch kd_search_for_this_processor();

}  // namespace grove
