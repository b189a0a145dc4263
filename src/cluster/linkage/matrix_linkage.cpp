#include <algorithm>
#include <numeric>

#include "cluster/linkage/distance_triangle.hpp"
#include "cluster/linkage/linkage.hpp"
#include "cluster/linkage/nearest_rows.hpp"
#include "cluster/linkage/point_groups.hpp"
#include "grove/core/parallel.hpp"

// In rounds: all pairs of clusters that are each other's nearest are merged at once, which a
// reducible linkage allows (the merged cluster is no nearer to others than its parts), and the
// triangle is read from one end to the other, never by columns. When a round finds few such pairs,
// the nearest-neighbour chain (Benzecri 1982; Murtagh 1983) goes on from there, so that the time
// stays O(n^2) on any data. The first rounds make half of the merges or more; they measure what
// they need from the points again and again, which costs less than to write a table four times as
// large.

namespace grove::cluster {

namespace {

/// Fewer pairs than one in so many clusters are left to the chain.
constexpr Index least_share = 16;
constexpr Index few_clusters = 64;

class MatrixLinkage {
 public:
  MatrixLinkage(std::string_view who, const std::vector<PointGroup>& groups,
                std::vector<PointMerge> merges, const DistanceTriangle& triangle, Linkage linkage,
                const Context& context)
      : who_(who),
        triangle_(triangle),
        linkage_(linkage),
        context_(context),
        merges_(std::move(merges)) {
    for (const PointGroup& group : groups) {
      heights_.push_back(group.height);
      sizes_.push_back(group.size);
      names_.push_back(static_cast<std::uint32_t>(group.points.back()));
    }
  }

  /// The triangle is filled in first.
  std::vector<PointMerge> run(const GroupMeasure& measure) {
    std::vector<std::vector<double>> rooms(nearest_parts);
    NearestRows nearest = nearest_rows(
        n_clusters(),
        [&](Index i, Index part) {
          if (i % 256 == 0) context_.check_stop(who_);
          measure.fill(i, triangle_.row(i), rooms[at(part)]);
          return triangle_.row(i);
        },
        context_);
    for (;;) {
      context_.check_stop(who_);
      if (n_clusters() <= few_clusters || !merge_pairs(nearest)) merge_by_chain();
      if (n_clusters() == 1) return std::move(merges_);
      nearest = nearest_rows(
          n_clusters(), [&](Index i, Index) { return triangle_.row(i); }, context_);
    }
  }

 private:
  struct Pair {
    Index a, b;  // a < b; b is kept
  };

  Index n_clusters() const { return static_cast<Index>(sizes_.size()); }
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }

  /// The distance of the union of clusters of n_a and n_b points, from those of its parts.
  double joined(double to_a, double to_b, double n_a, double n_b) const {
    if (linkage_ == Linkage::complete) return to_a > to_b ? to_a : to_b;
    if (linkage_ == Linkage::weighted) return 0.5 * (to_a + to_b);
    return (n_a * to_a + n_b * to_b) / (n_a + n_b);
  }

  void record(Index a, Index b, double distance) {
    const double height = std::max({distance, heights_[at(a)], heights_[at(b)]});
    merges_.push_back({names_[at(a)], names_[at(b)], height});
    heights_[at(b)] = height;
  }

  bool merge_pairs(const NearestRows& nearest);
  void update_row(Index row, const std::vector<Index>& partners, const std::vector<Pair>& pairs,
                  std::vector<double>& other) const;
  void compact(const std::vector<Index>& kept);
  void merge_by_chain();

  std::string_view who_;
  const DistanceTriangle& triangle_;
  Linkage linkage_;
  const Context& context_;
  std::vector<double> heights_, sizes_;  // of the clusters: rows of the triangle
  std::vector<std::uint32_t> names_;     // one of their points
  std::vector<PointMerge> merges_;
};

/// One round; false if there were too few pairs to be worth it.
bool MatrixLinkage::merge_pairs(const NearestRows& nearest) {
  const Index n = n_clusters();
  std::vector<Index> partners(at(n), -1);  // of b: a; of a: n, gone
  std::vector<Pair> pairs;
  for (Index b = 0; b < n; ++b) {
    const Index a = nearest.rows[at(b)];
    if (a < b && nearest.rows[at(a)] == b) pairs.push_back({a, b});
  }
  if (static_cast<Index>(pairs.size()) * least_share < n) return false;
  for (const Pair& pair : pairs) {
    partners[at(pair.b)] = pair.a;
    partners[at(pair.a)] = n;
  }
  const Index half = (n + 1) / 2;
  parallel_for(context_, half, 16, [&](Index begin, Index end) {
    context_.check_stop(who_);
    std::vector<double> other(at(n));
    for (Index i = begin; i < end; ++i) {
      update_row(i, partners, pairs, other);
      if (n - 1 - i != i) update_row(n - 1 - i, partners, pairs, other);
    }
  });
  for (const Pair& pair : pairs) {
    record(pair.a, pair.b, nearest.distances[at(pair.b)]);
    sizes_[at(pair.b)] += sizes_[at(pair.a)];
  }
  std::vector<Index> kept;
  for (Index i = 0; i < n; ++i)
    if (partners[at(i)] != n) kept.push_back(i);
  compact(kept);
  return true;
}

/// Distances of a row that stays to all rows before it that stay, where either was merged. Only
/// columns that stay are written, and of other rows only columns and rows that go are read.
void MatrixLinkage::update_row(Index row, const std::vector<Index>& partners,
                               const std::vector<Pair>& pairs, std::vector<double>& other) const {
  const Index n = n_clusters();
  const Index own = partners[at(row)];
  if (own == n) return;
  double* const to_b = triangle_.row(row);
  const double size = sizes_[at(row)];
  if (own >= 0) {
    const double own_size = sizes_[at(own)];
    std::copy_n(triangle_.row(own), own, other.begin());
    for (Index i = own + 1; i < row; ++i) other[at(i)] = triangle_.row(i)[own];
    other[at(own)] = 0;
    for (const Pair& pair : pairs) {
      if (pair.b >= row) break;
      const double of_a = joined(other[at(pair.a)], to_b[pair.a], own_size, size);
      const double of_b = joined(other[at(pair.b)], to_b[pair.b], own_size, size);
      other[at(pair.b)] = joined(of_a, of_b, sizes_[at(pair.a)], sizes_[at(pair.b)]);
    }
    for (Index i = 0; i < row; ++i) {
      if (partners[at(i)] < 0) {
        to_b[i] = joined(other[at(i)], to_b[i], own_size, size);
      } else if (partners[at(i)] < n) {
        to_b[i] = other[at(i)];
      }
    }
    return;
  }
  for (const Pair& pair : pairs) {
    if (pair.b >= row) break;
    to_b[pair.b] = joined(to_b[pair.a], to_b[pair.b], sizes_[at(pair.a)], sizes_[at(pair.b)]);
  }
}

/// Keeps these rows and columns, in place.
void MatrixLinkage::compact(const std::vector<Index>& kept) {
  const auto n = static_cast<Index>(kept.size());
  // Rows move to the front, some at a time, over rows that have moved already.
  constexpr Index room = Index{1} << 19;
  std::vector<double> values;
  for (Index begin = 0; begin < n;) {
    Index end = begin + 1;
    Index needed = begin;
    while (end < n && needed + end <= room) needed += end++;
    values.resize(at(needed));
    double* const first = triangle_.row(begin);
    parallel_for(context_, end - begin, 8, [&](Index from, Index to) {
      for (Index i = begin + from; i < begin + to; ++i) {
        const double* const row = triangle_.row(kept[at(i)]);
        double* const out = values.data() + (triangle_.row(i) - first);
        for (Index j = 0; j < i; ++j) out[j] = row[kept[at(j)]];
      }
    });
    std::copy(values.begin(), values.end(), first);
    begin = end;
  }
  for (Index i = 0; i < n; ++i) {
    sizes_[at(i)] = sizes_[at(kept[at(i)])];
    heights_[at(i)] = heights_[at(kept[at(i)])];
    names_[at(i)] = names_[at(kept[at(i)])];
  }
  sizes_.resize(at(n));
  heights_.resize(at(n));
  names_.resize(at(n));
}

/// Until half of the clusters are merged.
void MatrixLinkage::merge_by_chain() {
  const Index n = n_clusters();
  std::vector<Index> alive(at(n));
  std::iota(alive.begin(), alive.end(), Index{0});
  std::vector<Index> chain;
  const Index enough = n <= few_clusters ? 1 : n / 2;
  while (static_cast<Index>(alive.size()) > enough) {
    context_.check_stop(who_);
    if (chain.empty()) chain.push_back(alive.front());
    Index b = chain.back();
    Index a = chain.size() > 1 ? chain[chain.size() - 2] : -1;
    double least = a >= 0 ? triangle_.at(a, b) : std::numeric_limits<double>::infinity();
    const Index before = a;
    for (const Index i : alive) {
      if (i == b) continue;
      const double distance = triangle_.at(i, b);
      if (distance < least) {
        least = distance;
        a = i;
      }
    }
    if (a != before || before < 0) {
      chain.push_back(a);
      continue;
    }
    chain.resize(chain.size() - 2);
    if (a > b) std::swap(a, b);
    record(a, b, least);
    alive.erase(std::lower_bound(alive.begin(), alive.end(), a));
    for (const Index i : alive) {
      if (i == b) continue;
      double& to_b = i > b ? triangle_.row(i)[b] : triangle_.row(b)[i];
      to_b = joined(triangle_.at(i, a), to_b, sizes_[at(a)], sizes_[at(b)]);
    }
    sizes_[at(b)] += sizes_[at(a)];
  }
  compact(alive);
}

/// Rounds before the table is made, each of which measures all pairs of points again.
int rounds_without_table(const MatrixView& points, const MetricSpace& space) {
  if (space.reduced().metric != Metric::euclidean) return 0;
  return points.cols() <= 12 ? 2 : points.cols() <= 40 ? 1 : 0;
}

/// The clusters that the first rounds leave.
std::vector<PointGroup> first_rounds(std::string_view who, const MatrixView& points,
                                     const std::vector<double>& sizes, const MetricSpace& space,
                                     Linkage linkage, const NearestRows& nearest,
                                     std::vector<PointMerge>& merges, const Context& context) {
  std::vector<PointGroup> groups = single_points(sizes);
  if (nearest.rows.empty() || !merge_mutual(groups, nearest, linkage, least_share, merges))
    return groups;
  for (int round = rounds_without_table(points, space); round > 0; --round) {
    const auto n = static_cast<Index>(groups.size());
    if (n <= few_clusters) break;
    const GroupMeasure measure(points, space, groups, linkage == Linkage::complete, context);
    std::vector<std::vector<double>> rows(nearest_parts,
                                          std::vector<double>(static_cast<std::size_t>(n)));
    std::vector<std::vector<double>> rooms(nearest_parts);
    const NearestRows found = nearest_rows(
        n,
        [&](Index i, Index part) {
          const auto at = static_cast<std::size_t>(part);
          if (i % 256 == 0) context.check_stop(who);
          measure.fill(i, rows[at].data(), rooms[at]);
          return rows[at].data();
        },
        context);
    const Index n_points = points.rows();
    context.count(work::distance_evaluations,
                  static_cast<std::uint64_t>(n_points * (n_points - 1) / 2));
    if (!merge_mutual(groups, found, linkage, least_share, merges)) break;
  }
  return groups;
}

}  // namespace

void check_matrix_room(std::string_view who, const MatrixView& points, const MetricSpace& space,
                       bool searched) {
  // A round leaves half of the clusters at least.
  const int rounds = searched ? 1 + rounds_without_table(points, space) : 0;
  DistanceTriangle::check_room(who, points.rows() >> rounds);
}

std::vector<PointMerge> matrix_linkage(std::string_view who, const MatrixView& points,
                                       const std::vector<double>& sizes, const MetricSpace& space,
                                       Linkage linkage, const NearestRows& nearest,
                                       const Context& context) {
  const Index n = points.rows();
  std::vector<PointMerge> merges;
  merges.reserve(static_cast<std::size_t>(n - 1));
  const std::vector<PointGroup> groups =
      first_rounds(who, points, sizes, space, linkage, nearest, merges, context);
  const DistanceTriangle triangle(who, static_cast<Index>(groups.size()));
  const GroupMeasure measure(points, space, groups, linkage == Linkage::complete, context);
  context.count(work::distance_evaluations, static_cast<std::uint64_t>(n * (n - 1) / 2));
  return MatrixLinkage(who, groups, std::move(merges), triangle, linkage, context).run(measure);
}

}  // namespace grove::cluster
