#pragma once

#include <vector>

#include "cluster/linkage/linkage_kernels.hpp"
#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "neighbors/kd_order.hpp"

namespace grove::cluster {

/// Cluster centres in chunks, each at its place, to be searched one after another.
class CenterSet {
 public:
  /// With `by_size`, distances are Ward's.
  CenterSet(const MatrixView& centers, std::vector<double> sizes, bool by_size);

  Index n_places() const { return static_cast<Index>(alive_.size()); }
  bool alive(Index place) const { return alive_[static_cast<std::size_t>(place)] != 0; }
  double size(Index place) const { return sizes_[static_cast<std::size_t>(place)]; }
  void copy_point(Index place, double* out) const;
  /// Ward's or squared.
  double distance(Index a, Index b) const;
  /// Of the others, if it is nearer than `best`, or as near and at an earlier place.
  void nearest(Index place, NearestCenter& best, const Context& context) const;
  /// The cluster at `b` becomes the union, at share * a + (1 - share) * b; that at `a` is gone.
  void merge(Index a, Index b, double share);
  /// Squared distances to all places, +inf where nobody is alive; `out` has room for whole chunks.
  void distances(Index place, double* out, const Context& context) const;

 private:
  double& value(Index place, Index j) const {
    return chunks_.data()[(place / linkage_lanes * d_ + j) * linkage_lanes + place % linkage_lanes];
  }
  Index d_;
  bool by_size_;
  LinkageKernels kernels_;
  ChunkMemory chunks_;
  std::vector<double> sizes_;
  std::vector<std::uint32_t> names_;
  std::vector<char> alive_;
};

}  // namespace grove::cluster
