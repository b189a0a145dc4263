#pragma once

#include <cstdint>

#include "neighbors/kd_search.hpp"

// The inner loop of the spanning tree, compiled once per instruction set: plain data only, as in
// neighbors/kd_search.hpp.

namespace grove {

/// The component of a node that holds points of several.
inline constexpr std::uint32_t mixed_component = 0xffffffff;

/// A KD-tree whose points belong to components. What is given for each place covers whole chunks.
struct LinkView {
  KdView tree;
  const double* cores = nullptr;              // of each place, reduced; null: none
  const float* node_cores = nullptr;          // the least in a node, rounded down
  const std::uint32_t* components = nullptr;  // of each place
  const std::uint32_t* node_components = nullptr;
  const std::uint32_t* rows = nullptr;  // of each place
  double scale = 1;                     // of a reduced distance before cores join it
};

/// The points of one chunk of the tree that search, each for the least link to another component:
/// weight max(core of either, scale * distance), the lower row of equal ones.
struct LinkQueries {
  std::int64_t chunk = 0;
  unsigned lanes = 0;             // who searches
  float* room = nullptr;          // 2 d kd_lanes, for the search to work in
  double limits[kd_lanes] = {};   // in: links beyond it are not wanted; out: what it sank to as
                                  // points of the same component found links
  double weights[kd_lanes] = {};  // out
  std::int64_t places[kd_lanes] = {};  // out: the other end; -1: no link within the limit
};

using LinkSearch = void (*)(const LinkView& view, LinkQueries& queries, KdMetric metric,
                            KdWork& work);

namespace baseline {
void link_search(const LinkView&, LinkQueries&, KdMetric, KdWork&);
}
namespace avx2 {
void link_search(const LinkView&, LinkQueries&, KdMetric, KdWork&);
}
namespace avx512 {
void link_search(const LinkView&, LinkQueries&, KdMetric, KdWork&);
}

/// The fastest for this processor; all give the same bits.
LinkSearch link_search_for_this_processor();

}  // namespace grove
