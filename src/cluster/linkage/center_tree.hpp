#pragma once

#include <span>
#include <vector>

#include "cluster/linkage/linkage_kernels.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/tree_shape.hpp"

namespace grove::cluster {

/// A KD-tree over cluster centres for the nearest by Ward's distance: a box is as far as its
/// nearest corner or side, seen with the smallest size in it. Four levels of halves are one node of
/// 16 boxes, which are looked at together.
class CenterTree {
 public:
  /// Centre i is called i.
  CenterTree(const MatrixView& centers, const std::vector<double>& sizes, const Context& context);

  Index n_places() const { return order_.n_points; }
  Index name(Index place) const { return order_.rows[static_cast<std::size_t>(place)]; }

  /// The nearest other one of each of these places, ascending; `found` gets one for each. A centre
  /// that may be near shortens the search: guess_of(name), -1: none is known.
  template <class GuessOf>
  void nearest(std::span<const Index> places, const GuessOf& guess_of, NearestCenter* found,
               TreeWork& work) const {
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Index guess = guess_of(name(places[i]));
      found[i] = guess < 0 ? NearestCenter() : measured(places[i], guess);
    }
    search(places, found, work);
  }

 private:
  NearestCenter measured(Index place, Index other) const;
  void search(std::span<const Index> places, NearestCenter* found, TreeWork& work) const;
  void make_floats(const MatrixView& centers);
  double least_size(const Subtree& node, std::vector<double>& least) const;
  std::int32_t add_node(const Subtree& node, const std::vector<float>& boxes,
                        const std::vector<double>& least);

  LinkageKernels kernels_;
  KdOrder order_;
  std::vector<double> sizes_;  // of places
  std::vector<float> floats_, inverse_place_sizes_;
  std::vector<double> shift_;
  std::vector<std::uint32_t> names_;
  std::vector<Index> places_;  // of names
  std::vector<float> boxes_;
  std::vector<float> inverse_sizes_;
  std::vector<std::int32_t> children_;
  CenterChunks chunks_;
  FloatChunks float_chunks_;
  BoxTree tree_;
};

}  // namespace grove::cluster
