// Included by link_search_*.cpp, each with its own instruction set and GROVE_INSTRUCTION_SET.
// No standard library here: see neighbors/kd_search.hpp.

#include "cluster/reachability/link_search.hpp"
#include "neighbors/kd_vectors.hpp"

namespace grove::GROVE_INSTRUCTION_SET {
namespace {

using U = std::uint32_t __attribute__((vector_size(64)));  // a whole chunk

GROVE_INLINE U load(const std::uint32_t* p) {
  U u;
  __builtin_memcpy(&u, p, sizeof u);
  return u;
}
GROVE_INLINE U all(std::uint32_t x) { return U{x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

#if defined(__AVX512F__)
GROVE_INLINE unsigned equal(U a, U b) { return _mm512_cmpeq_epi32_mask(__m512i(a), __m512i(b)); }
#elif defined(__AVX2__)
GROVE_INLINE unsigned equal(U a, U b) {
  using Half = std::uint32_t __attribute__((vector_size(32)));
  const auto same = U(a == b);
  const Half first = __builtin_shufflevector(same, same, 0, 1, 2, 3, 4, 5, 6, 7);
  const Half second = __builtin_shufflevector(same, same, 8, 9, 10, 11, 12, 13, 14, 15);
  return static_cast<unsigned>(_mm256_movemask_ps(__m256(first)) |
                               _mm256_movemask_ps(__m256(second)) << 8);
}
#else
GROVE_INLINE unsigned equal(U a, U b) {
  unsigned mask = 0;
  for (int i = 0; i < kd_lanes; ++i) mask |= a[i] == b[i] ? 1U << i : 0U;
  return mask;
}
#endif

template <KdMetric M>
class Links {
 public:
  Links(const LinkView& view, LinkQueries& queries)
      : view_(view),
        tree_(view.tree),
        queries_(queries),
        first_place_(queries.chunk * kd_lanes),
        values_(view.tree.chunks + first_place_ * view.tree.d),
        boxes_(view.tree, values_, queries.room) {
    const std::int64_t left = tree_.n_points - first_place_;
    for (int q = 0; q < kd_lanes; ++q) {
      queries.weights[q] = infinity;
      queries.places[q] = -1;
      components_[q] = view.components[first_place_ + (q < left ? q : 0)];
      set_limit(q, (queries.lanes >> q & 1) != 0 ? queries.limits[q] : -1);
    }
  }

  void run(KdWork& work) {
    Part pending[64];  // one for each level of the tree
    int n_pending = 0;
    const int guide = __builtin_ctz(queries_.lanes);
    pending[n_pending++] = {0, 0, tree_.n_leaves};
    while (n_pending > 0) {
      Part part = pending[--n_pending];
      for (unsigned near = near_of(part.node); near != 0; near = near_of(part.node)) {
        ++work.nodes_visited;
        if (part.n_leaves == 1) {
          visit_leaf(part, near, work);
          break;
        }
        const Part left{part.node + 1, part.first_leaf, (part.n_leaves + 1) / 2};
        const Part right{part.node + 2 * left.n_leaves, part.first_leaf + left.n_leaves,
                         part.n_leaves - left.n_leaves};
        const bool left_first =
            boxes_.left_is_nearer(guide, tree_.columns[part.node], left.node, right.node);
        pending[n_pending++] = left_first ? right : left;
        part = left_first ? left : right;
      }
    }
  }

 private:
  struct Part {
    std::int64_t node, first_leaf, n_leaves;
  };

  /// The queries that may find a link in the node.
  unsigned near_of(std::int64_t node) const {
    const std::uint32_t component = view_.node_components[node];
    unsigned lanes = queries_.lanes;
    if (component != mixed_component) lanes &= ~equal(load(components_), all(component));
    if (lanes != 0 && view_.node_cores != nullptr) {
      const float core = view_.node_cores[node];
      lanes &= less_equal(F{} + core, load(core_limits_));
    }
    return lanes == 0 ? 0 : lanes & boxes_.near(node);
  }

  void set_limit(int q, double limit) {
    limits_[q] = limit;
    boxes_.set_limit(q, limit / view_.scale);
    core_limits_[q] = limit < __FLT_MAX__ / 2
                          ? static_cast<float>(limit) * (1 + 0x1p-22F) + __FLT_DENORM_MIN__
                          : static_cast<float>(infinity);
  }

  void visit_leaf(const Part& leaf, unsigned near, KdWork& work) {
    const std::int64_t first = leaf.first_leaf * tree_.chunks_a_leaf * kd_lanes;
    std::int64_t n_points = tree_.n_points - first;
    if (n_points > tree_.chunks_a_leaf * kd_lanes) n_points = tree_.chunks_a_leaf * kd_lanes;
    for (; near != 0; near &= near - 1) {
      scan(__builtin_ctz(near), first, n_points);
      work.distance_evaluations += static_cast<std::uint64_t>(n_points);
    }
  }

  /// Offers `n_points` points from `first` on to query q.
  void scan(int q, std::int64_t first, std::int64_t n_points) {
    const double scale = view_.scale;
    for (std::int64_t begin = 0; begin < n_points; begin += kd_lanes) {
      const std::int64_t at = first + begin;
      unsigned within = ~equal(load(view_.components + at), all(components_[q])) & 0xffffU;
      if (n_points - begin < kd_lanes) within &= (1U << (n_points - begin)) - 1;
      if (within == 0) continue;
      const double* const chunk = tree_.chunks + at * tree_.d;
      V sums[halves] = {};
      for (int j = 0; j < tree_.d; ++j) {
        const V query = all(values_[j * kd_lanes + q]);
#pragma GCC unroll 2
        for (int h = 0; h < halves; ++h)
          sums[h] = add<M>(sums[h], query - load(chunk + j * kd_lanes + h * lanes_of_v));
      }
      const V limit = all(limits_[q]);
      double own_core = 0;
      for (int h = 0; h < halves; ++h) sums[h] = sums[h] * all(scale);
      if (view_.cores != nullptr) {
        own_core = view_.cores[first_place_ + q];
        for (int h = 0; h < halves; ++h)
          sums[h] = max(sums[h], load(view_.cores + at + h * lanes_of_v));
      }
      within &= less_equal(sums[0], limit) | less_equal(sums[1], limit) << lanes_of_v;
      if (within == 0) continue;
      alignas(64) double found[kd_lanes];
      __builtin_memcpy(found, sums, sizeof found);
      for (; within != 0; within &= within - 1) {
        const int i = __builtin_ctz(within);
        offer(q, found[i] > own_core ? found[i] : own_core, at + i);
      }
    }
  }

  void offer(int q, double weight, std::int64_t place) {
    double& best = queries_.weights[q];
    std::int64_t& other = queries_.places[q];
    if (!(weight <= limits_[q])) return;
    if (weight == best && (other < 0 || view_.rows[place] >= view_.rows[other])) return;
    const bool less = weight < best;
    best = weight;
    other = place;
    if (!less) return;
    for (unsigned lanes = equal(load(components_), all(components_[q])) & queries_.lanes;
         lanes != 0; lanes &= lanes - 1) {
      const int lane = __builtin_ctz(lanes);
      if (!(weight < limits_[lane])) continue;
      queries_.limits[lane] = weight;
      set_limit(lane, weight);
    }
  }

  const LinkView& view_;
  const KdView& tree_;
  LinkQueries& queries_;
  std::int64_t first_place_;
  const double* values_;
  QueryBoxes<M> boxes_;
  double limits_[kd_lanes];
  alignas(64) float core_limits_[kd_lanes];
  alignas(64) std::uint32_t components_[kd_lanes];
};

}  // namespace

void link_search(const LinkView& view, LinkQueries& queries, KdMetric metric, KdWork& work) {
  switch (metric) {
    case KdMetric::euclidean:
      return Links<KdMetric::euclidean>(view, queries).run(work);
    case KdMetric::manhattan:
      return Links<KdMetric::manhattan>(view, queries).run(work);
    case KdMetric::chebyshev:
      return Links<KdMetric::chebyshev>(view, queries).run(work);
  }
}

}  // namespace grove::GROVE_INSTRUCTION_SET
