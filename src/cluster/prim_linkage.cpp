#include <limits>
#include <numeric>

#include "cluster/linkage.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/point_blocks.hpp"
#include "neighbors/search.hpp"

namespace grove::cluster {

Dendrogram prim_linkage(std::string_view who, const MatrixView& points, const MetricSpace& space,
                        const Context& context) {
  const Index n = points.rows();
  const Index d = points.cols();
  const ReducedDistance& reduced = space.reduced();
  constexpr Index lanes = PointBlock::lanes;
  const Index n_blocks = (n + lanes - 1) / lanes;
  std::vector<Index> places(static_cast<std::size_t>(n_blocks * lanes), -1);
  std::iota(places.begin(), places.begin() + n, Index{0});
  const OrderedBlocks blocks(points, std::move(places), *reduced.kernel, context);
  struct Nearest {
    double distance = std::numeric_limits<double>::infinity();
    Index row = -1;
  };
  // Of each point outside the tree: its distance to the tree, and the nearest point in it.
  std::vector<double> distances(static_cast<std::size_t>(n_blocks * lanes),
                                std::numeric_limits<double>::infinity());
  std::vector<std::uint32_t> nearest(distances.size(), 0);
  std::vector<char> joined(static_cast<std::size_t>(n), 0);
  std::vector<double> query(static_cast<std::size_t>(d));
  std::vector<PointMerge> merges;
  Index last = 0;
  joined[0] = 1;
  // A block of rows a thread is worth its start.
  const Index grain = std::max<Index>(64, 65536 / std::max<Index>(1, d * lanes));
  while (static_cast<Index>(merges.size()) < n - 1) {
    context.check_stop(who);
    std::copy_n(points.data() + last * points.outerStride(), d, query.data());
    const Nearest next = parallel_reduce(
        context, n_blocks, grain, Nearest{},
        [&](Index begin, Index end) {
          Nearest least;
          double out[lanes];
          for (Index b = begin; b < end; ++b) {
            reduced.kernel->distances(query.data(), blocks.block(b), out);
            for (Index i = b * lanes; i < std::min(n, (b + 1) * lanes); ++i) {
              const auto at = static_cast<std::size_t>(i);
              if (joined[at] != 0) continue;
              const double distance = out[i - b * lanes];
              check_distance(distance, i);
              if (distance < distances[at]) {
                distances[at] = distance;
                nearest[at] = static_cast<std::uint32_t>(last);
              }
              if (distances[at] < least.distance) least = {distances[at], i};
            }
          }
          return least;
        },
        [](Nearest& total, const Nearest& part) {
          if (part.distance < total.distance) total = part;
        });
    context.count(work::distance_evaluations, static_cast<std::uint64_t>(n));
    last = next.row;
    joined[static_cast<std::size_t>(last)] = 1;
    merges.push_back({nearest[static_cast<std::size_t>(last)], static_cast<std::uint32_t>(last),
                      reduced.finish(next.distance)});
  }
  return dendrogram_of(std::move(merges), MergeOrder::by_height);
}

}  // namespace grove::cluster
