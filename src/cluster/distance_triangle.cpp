#include "cluster/distance_triangle.hpp"

#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "cluster/linkage_kernels.hpp"
#include "core/large_pages.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "neighbors/point_blocks.hpp"
#include "neighbors/search.hpp"

namespace grove::cluster {

namespace {

static_assert(linkage_lanes == PointBlock::lanes);

double machine_bytes() {
  const auto pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

DistanceTriangle::DistanceTriangle(std::string_view who, Index n) {
  const double bytes = static_cast<double>(n) * static_cast<double>(n - 1) * 4;
  const auto refuse = [&] {
    throw InvalidData(
        concat(who, ": the distances between ", n, " points need ", short_text(bytes / 1e9),
               " GB (8 bytes for each of n (n - 1) / 2 pairs); there are ",
               short_text(machine_bytes() / 1e9), " GB in all"),
        "linkage=ward, centroid, median and single need no such table; or cluster a sample, or "
        "subclusters of BIRCH");
  };
  if (bytes > machine_bytes()) refuse();
  const auto n_bytes = static_cast<std::size_t>(bytes) + 64;
  void* const memory = std::aligned_alloc(64, (n_bytes + 63) / 64 * 64);
  if (memory == nullptr) refuse();
  prefer_large_pages(memory, n_bytes);
  values_.reset(static_cast<double*>(memory));
}

void measure(std::string_view who, const MatrixView& points, const MetricSpace& space,
             const DistanceTriangle& triangle, const Context& context) {
  const Index n = points.rows();
  const Index d = points.cols();
  const ReducedDistance& reduced = space.reduced();
  std::vector<Index> places(static_cast<std::size_t>((n + linkage_lanes - 1) / linkage_lanes *
                                                     linkage_lanes),
                            -1);
  std::iota(places.begin(), places.begin() + n, Index{0});
  const OrderedBlocks blocks(points, std::move(places), *reduced.kernel, context);
  const bool squared = reduced.metric == Metric::euclidean;
  const LinkageKernels kernels = linkage_kernels();
  const auto block_row = [&](const double* query, Index b, double* out) {
    if (squared)
      return kernels.distances(query, blocks.block(b).columns, 1, static_cast<int>(d), true, out);
    const PointBlock block = blocks.block(b);
    reduced.kernel->distances(query, block, out);
    for (Index i = 0; i < block.n_points; ++i) out[i] = reduced.finish(out[i]);
  };
  // Rows of about equal work: a block's rows lie around the middle and at both ends.
  const Index half = (n + 1) / 2;
  parallel_for(context, half, 32, [&](Index begin, Index end) {
    context.check_stop(who);
    double last[linkage_lanes];
    std::vector<double> query(static_cast<std::size_t>(d));
    const auto fill = [&](Index i) {
      std::copy_n(points.data() + i * points.outerStride(), d, query.data());
      double* const row = triangle.row(i);
      const Index whole = i / linkage_lanes;
      if (squared)
        kernels.distances(query.data(), blocks.block(0).columns, whole, static_cast<int>(d), true,
                          row);
      else
        for (Index b = 0; b < whole; ++b) block_row(query.data(), b, row + b * linkage_lanes);
      const Index rest = i % linkage_lanes;
      if (rest > 0) block_row(query.data(), whole, last);
      std::copy_n(last, rest, row + whole * linkage_lanes);
      if (reduced.metric == Metric::user)
        for (Index j = 0; j < i; ++j) check_distance(row[j], j);
    };
    for (Index i = begin; i < end; ++i) {
      fill(i);
      if (n - 1 - i != i) fill(n - 1 - i);
    }
  });
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * (n - 1) / 2));
}

}  // namespace grove::cluster
