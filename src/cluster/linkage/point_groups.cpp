#include "cluster/linkage/point_groups.hpp"

#include <algorithm>

#include "neighbors/search.hpp"

namespace grove::cluster {

namespace {

static_assert(linkage_lanes == PointBlock::lanes);

std::size_t at(Index i) { return static_cast<std::size_t>(i); }
Index chunk_count(Index n) { return (n + linkage_lanes - 1) / linkage_lanes; }

PointGroup united(PointGroup a, PointGroup b, double height, Linkage linkage) {
  const double size = a.size + b.size;
  for (PointGroup* part : {&a, &b})
    for (double& weight : part->weights)
      weight *= linkage == Linkage::average ? part->size / size : 0.5;
  PointGroup group = std::move(a);
  group.points.insert(group.points.end(), b.points.begin(), b.points.end());
  group.weights.insert(group.weights.end(), b.weights.begin(), b.weights.end());
  group.height = std::max({height, group.height, b.height});
  group.size += b.size;
  return group;
}

}  // namespace

std::vector<PointGroup> single_points(const std::vector<double>& sizes) {
  std::vector<PointGroup> groups;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    groups.push_back({{static_cast<Index>(i)}, {1}, sizes[i], 0});
  return groups;
}

bool merge_mutual(std::vector<PointGroup>& groups, const NearestRows& nearest, Linkage linkage,
                  Index least_share, std::vector<PointMerge>& merges) {
  const auto n = static_cast<Index>(groups.size());
  const auto mutual = [&](Index i) { return nearest.rows[at(nearest.rows[at(i)])] == i; };
  Index n_pairs = 0;
  for (Index i = 0; i < n; ++i) n_pairs += mutual(i) && nearest.rows[at(i)] < i ? 1 : 0;
  if (n_pairs * least_share < n) return false;
  std::vector<PointGroup> kept;
  kept.reserve(at(n - n_pairs));
  for (Index b = 0; b < n; ++b) {
    const Index a = nearest.rows[at(b)];
    if (!mutual(b)) {
      kept.push_back(std::move(groups[at(b)]));
    } else if (a < b) {
      const double distance = nearest.distances[at(b)];
      kept.push_back(united(std::move(groups[at(a)]), std::move(groups[at(b)]), distance, linkage));
      const std::vector<Index>& points = kept.back().points;
      merges.push_back({static_cast<std::uint32_t>(points.front()),
                        static_cast<std::uint32_t>(points.back()), kept.back().height});
    }
  }
  groups = std::move(kept);
  return true;
}

GroupMeasure::GroupMeasure(const MatrixView& points, const MetricSpace& space,
                           const std::vector<PointGroup>& groups, bool largest,
                           const Context& context)
    : points_(points),
      reduced_(space.reduced()),
      groups_(groups),
      largest_(largest),
      kernels_(linkage_kernels()) {
  std::size_t largest_size = 0;
  for (const PointGroup& group : groups) largest_size = std::max(largest_size, group.points.size());
  for (std::size_t l = 0; l < largest_size; ++l) {
    Level level;
    std::vector<Index> places;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      level.n_before.push_back(static_cast<Index>(places.size()));
      if (groups[i].points.size() <= l) continue;
      places.push_back(groups[i].points[l]);
      level.groups.push_back(static_cast<Index>(i));
      level.weights.push_back(groups[i].weights[l]);
    }
    places.resize(at(chunk_count(static_cast<Index>(places.size())) * linkage_lanes), -1);
    level.points = OrderedBlocks(points, std::move(places), *reduced_.kernel, context);
    levels_.push_back(std::move(level));
  }
}

/// The first n members of the level, seen from a group: sums of distances by the group's weights,
/// or the largest of them, reduced.
void GroupMeasure::measure(const Level& level, const PointGroup& group, Index n,
                           double* sums) const {
  const Index n_chunks = chunk_count(n);
  std::fill_n(sums, n_chunks * linkage_lanes, 0.0);
  const auto d = static_cast<int>(points_.cols());
  for (std::size_t m = 0; m < group.points.size(); ++m) {
    const double* const query = points_.data() + group.points[m] * points_.outerStride();
    if (reduced_.metric == Metric::euclidean) {
      const double* const chunks = level.points.block(0).columns;
      if (largest_) {
        kernels_.raise_to_distances(query, chunks, n_chunks, d, sums);
      } else {
        kernels_.add_distances(query, group.weights[m], chunks, n_chunks, d, sums);
      }
      continue;
    }
    double found[linkage_lanes];
    for (Index c = 0; c < n_chunks; ++c) {
      const PointBlock block = level.points.block(c);
      reduced_.kernel->distances(query, block, found);
      for (Index i = 0; i < block.n_points; ++i) {
        check_distance(found[i], level.points.row(c * linkage_lanes + i));
        double& sum = sums[c * linkage_lanes + i];
        sum =
            largest_ ? std::max(sum, found[i]) : sum + group.weights[m] * reduced_.finish(found[i]);
      }
    }
  }
}

void GroupMeasure::fill(Index i, double* row, std::vector<double>& room) const {
  room.resize(at(chunk_count(n_groups()) * linkage_lanes));
  for (std::size_t l = 0; l < levels_.size(); ++l) {
    const Level& level = levels_[l];
    const Index n = level.n_before[at(i)];
    measure(level, groups_[at(i)], n, room.data());
    if (l == 0) {
      // Every group has a first member.
      for (Index j = 0; j < n; ++j)
        row[j] = largest_ ? room[at(j)] : level.weights[at(j)] * room[at(j)];
      continue;
    }
    for (Index j = 0; j < n; ++j) {
      double& value = row[level.groups[at(j)]];
      value = largest_ ? std::max(value, room[at(j)]) : value + level.weights[at(j)] * room[at(j)];
    }
  }
  if (!largest_) return;
  if (reduced_.metric == Metric::euclidean) return kernels_.take_roots(row, i);
  for (Index j = 0; j < i; ++j) row[j] = reduced_.finish(row[j]);
}

}  // namespace grove::cluster
