#include <algorithm>
#include <limits>
#include <numeric>

#include "cluster/reachability/spanning_tree_methods.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/point_blocks.hpp"

namespace grove::cluster {

namespace {

constexpr Index lanes = PointBlock::lanes;
constexpr Index blocks_a_task = 256;
constexpr std::uint32_t nothing = 0xffffffff;

/// Prim's method. The rows that are not in the tree yet lie in blocks, each with its least link
/// into the tree; rows that have joined are swept out when they are half of all.
class Prim {
 public:
  Prim(const SpanningTask& task, const std::vector<double>& cores)
      : task_(task), cores_(cores), outside_(static_cast<std::size_t>(task.n())) {
    std::iota(outside_.begin(), outside_.end(), Index{0});
    const auto n = static_cast<std::size_t>(task.n());
    weights_.assign(n, std::numeric_limits<double>::infinity());
    others_.assign(n, nothing);
  }

  std::vector<Edge> run() {
    std::vector<Edge> edges;
    edges.reserve(outside_.size() - 1);
    Index newest = 0;
    joined_.assign(outside_.size(), 0);
    joined_[0] = 1;
    for (Index left = task_.n() - 1; left > 0; --left) {
      if (blocks_stale_ || 2 * left < static_cast<Index>(outside_.size())) sweep();
      if (left % 64 == 0) task_.context.check_stop(task_.who);
      const Index next = approach(newest);
      const auto at = static_cast<std::size_t>(next);
      const auto row = static_cast<std::uint32_t>(next);
      edges.push_back({std::min(row, others_[at]), std::max(row, others_[at]), weights_[at]});
      joined_[at] = 1;
      newest = next;
    }
    const auto n = static_cast<std::uint64_t>(task_.n());
    task_.context.count(work::distance_evaluations, evaluations_);
    task_.context.count(work::iterations, n - 1);
    return edges;
  }

 private:
  void sweep() {
    std::erase_if(outside_, [&](Index row) { return joined_[static_cast<std::size_t>(row)] != 0; });
    std::vector<Index> places = outside_;
    places.resize((places.size() + lanes - 1) / lanes * lanes, -1);
    blocks_ = OrderedBlocks(task_.points, std::move(places), *task_.reduced.kernel, task_.context);
    blocks_stale_ = false;
  }

  bool before(Index x, Index y) const {
    const auto a = static_cast<std::size_t>(x);
    const auto b = static_cast<std::size_t>(y);
    return edge_before(weights_[a], static_cast<std::uint32_t>(x), others_[a], weights_[b],
                       static_cast<std::uint32_t>(y), others_[b]);
  }

  /// Offers links to row `newest` to all outside; the outside row with the least link.
  Index approach(Index newest) {
    const auto n_outside = static_cast<Index>(outside_.size());
    const Index n_blocks = (n_outside + lanes - 1) / lanes;
    evaluations_ += static_cast<std::uint64_t>(n_outside);
    return parallel_reduce(
        task_.context, n_blocks, blocks_a_task, Index{-1},
        [&](Index begin, Index end) {
          Index least = -1;
          for (Index block = begin; block < end; ++block) least = meet(newest, block, least);
          return least;
        },
        [&](Index& least, Index part) {
          if (least < 0 || (part >= 0 && before(part, least))) least = part;
        });
  }

  Index meet(Index newest, Index block, Index least) {
    double distances[lanes];
    const PointBlock points = blocks_.block(block);
    task_.reduced.kernel->distances(task_.row(newest), points, distances);
    const auto from = static_cast<std::uint32_t>(newest);
    const double core = cores_.empty() ? 0 : cores_[static_cast<std::size_t>(newest)];
    for (Index i = 0; i < points.n_points; ++i) {
      const Index row = blocks_.row(block * lanes + i);
      const auto at = static_cast<std::size_t>(row);
      if (joined_[at] != 0) continue;
      if (!(distances[i] >= 0)) refuse_distance(distances[i], row);
      double weight = std::max(distances[i] * task_.scale, core);
      if (!cores_.empty()) weight = std::max(weight, cores_[at]);
      const auto name = static_cast<std::uint32_t>(row);
      if (others_[at] == nothing ||
          edge_before(weight, name, from, weights_[at], name, others_[at])) {
        weights_[at] = weight;
        others_[at] = from;
      }
      if (least < 0 || before(row, least)) least = row;
    }
    return least;
  }

  const SpanningTask& task_;
  const std::vector<double>& cores_;
  std::vector<Index> outside_;
  std::vector<char> joined_ = {};
  std::vector<double> weights_ = {};  // of the least link of each row into the tree
  std::vector<std::uint32_t> others_ = {};
  OrderedBlocks blocks_ = {};
  bool blocks_stale_ = true;
  std::uint64_t evaluations_ = 0;
};

}  // namespace

SpanningTree spanning_tree_by_prim(const SpanningTask& task) {
  SpanningTree tree;
  if (task.has_cores())
    tree.core_distances = core_distances_by_search(
        task, *make_brute_force(task.points, task.reduced, task.context), nullptr);
  tree.edges = Prim(task, tree.core_distances).run();
  return tree;
}

}  // namespace grove::cluster
