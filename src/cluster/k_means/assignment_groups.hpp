#pragma once

#include "cluster/k_means/assignment_parts.hpp"

namespace grove::cluster {

/// The points of a chunk that meet a group of centres are scanned against it together.
class Assignment::GroupChunk : private AnyChunk {
 public:
  using AnyChunk::AnyChunk;

  void run(Index begin, Index end);

 private:
  void consider(Index i);
  void admit(Index i, const int* groups, int n, double squared);
  void scan();
  void settle(std::size_t at);
  /// hamerly's bound, from those of the groups.
  void refresh(Index i, int own);

  float* bounds_of(Index i) { return all_.group_lower_.data() + i * all_.groups_.n_groups; }
  void set_bound(Index i, int group, double lower) {
    bounds_of(i)[group] = round_down(lower + all_.drift_.groups[static_cast<std::size_t>(group)]);
  }
  int center_at(int place) const { return all_.groups_.order[static_cast<std::size_t>(place)]; }
  void set_bounds(std::size_t at, int best, double error);
};

}  // namespace grove::cluster
