#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/metrics/clustering.hpp"
#include "metrics/pair_distances.hpp"
#include "metrics/point_groups.hpp"

// Distances and reachabilities are kept squared; nothing is stored for pairs.

namespace grove::metrics {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Index tile_columns = 128;
constexpr Index strip_rows = 16;

/// Points feature by feature, for a strip of rows against all of them, tile by tile.
class Columns {
 public:
  Columns(const MatrixView& x, const std::vector<Index>& rows) : d_(x.cols()), n_(size_of(rows)) {
    append_groups(x, rows, 0, n_, groups_);
  }
  Index size() const { return n_; }

  /// Calls f(first, width, squares) for each tile: squares is n_rows x width.
  template <class F>
  void squares(const double* rows, Index n_rows, F&& f) const {
    alignas(64) double out[strip_rows * tile_columns];
    for (Index c = 0; c < n_; c += tile_columns) {
      const Index n_groups =
          std::min(tile_columns / distance_lanes, (n_ - c + distance_lanes - 1) / distance_lanes);
      distance_kernels().squares({rows, static_cast<int>(n_rows), groups_.data() + c * d_,
                                  static_cast<int>(n_groups), d_, out});
      f(c, n_groups * distance_lanes, static_cast<const double*>(out));
    }
  }

  /// Point `from` takes the place of point `to`, and the last place is given up.
  void move_last_to(Index to) {
    const Index last = --n_;
    for (Index c = 0; c < d_; ++c) *value(to, c) = *value(last, c);
  }

 private:
  static Index size_of(const std::vector<Index>& rows) { return static_cast<Index>(rows.size()); }
  double* value(Index i, Index c) {
    return groups_.data() + i / distance_lanes * distance_lanes * d_ + c * distance_lanes +
           i % distance_lanes;
  }
  Index d_;
  Index n_;
  std::vector<double> groups_;
};

Matrix rows_of(const MatrixView& x, const std::vector<Index>& rows) {
  Matrix out(static_cast<Index>(rows.size()), x.cols());
  for (Index i = 0; i < out.rows(); ++i) out.row(i) = x.row(rows[static_cast<std::size_t>(i)]);
  return out;
}

/// The d-th powers of the roots of `ratios`, in place of which scratch is left; their sum.
double sum_of_powers(double* ratios, Index n, Index d) {
  double powers[tile_columns];
  for (Index j = 0; j < n; ++j) powers[j] = d % 2 == 1 ? std::sqrt(ratios[j]) : 1;
  for (Index exponent = d / 2; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1)
      for (Index j = 0; j < n; ++j) powers[j] *= ratios[j];
    for (Index j = 0; j < n; ++j) ratios[j] *= ratios[j];
  }
  double sum = 0;
  for (Index j = 0; j < n; ++j) sum += powers[j];
  return sum;
}

/// Squared all-points core distances of a cluster. The nearest distance is taken out of the powers,
/// which then neither overflow nor all vanish.
Vector squared_cores(const Matrix& points, const Columns& columns, const Context& context) {
  const Index n = points.rows();
  const Index d = points.cols();
  Vector cores(n);
  parallel_for(context, n, strip_rows, [&](Index begin, Index end) {
    context.check_stop("dbcv");
    double nearest[strip_rows], sums[strip_rows];
    std::fill(nearest, nearest + strip_rows, infinity);
    std::fill(sums, sums + strip_rows, 0.0);
    columns.squares(points.row(begin).data(), end - begin,
                    [&](Index first, Index width, const double* tile) {
                      const Index present = std::min(width, n - first);
                      for (Index i = 0; i < end - begin; ++i)
                        for (Index j = 0; j < present; ++j) {
                          const double square = tile[i * width + j];
                          if (square > 0 && square < nearest[i]) nearest[i] = square;
                        }
                    });
    columns.squares(points.row(begin).data(), end - begin,
                    [&](Index first, Index width, const double* tile) {
                      const Index present = std::min(width, n - first);
                      for (Index i = 0; i < end - begin; ++i) {
                        double ratios[tile_columns];
                        for (Index j = 0; j < present; ++j) {
                          const double square = tile[i * width + j];
                          ratios[j] = square > 0 ? nearest[i] / square : 0;
                        }
                        sums[i] += sum_of_powers(ratios, present, d);
                      }
                    });
    for (Index i = 0; i < end - begin; ++i) {
      const double mean = sums[i] / static_cast<double>(n - 1);
      cores[begin + i] = sums[i] > 0 ? nearest[i] * std::pow(mean, -2 / static_cast<double>(d)) : 0;
    }
    context.count(work::distance_evaluations, static_cast<std::uint64_t>(2 * (end - begin) * n));
  });
  return cores;
}

struct Cluster {
  std::vector<Index> rows;
  Vector cores;              // squared, of the rows
  std::vector<Index> inner;  // rows with more than one edge, as places in `rows`
  double sparseness = 0;     // squared
  double separation = infinity;
};

/// Prim's algorithm over mutual reachability, from the first row on.
class SpanningTree {
 public:
  struct Edge {
    Index a, b;
    double reach;  // squared
  };

  SpanningTree(const MatrixView& x, const Cluster& cluster, const Context& context)
      : points_(rows_of(x, cluster.rows)),
        cores_(cluster.cores),
        columns_(x, cluster.rows),
        open_(static_cast<std::size_t>(points_.rows())) {
    for (std::size_t i = 0; i < open_.size(); ++i) open_[i].row = static_cast<Index>(i);
    remove(0);
    std::uint64_t n_distances = 0;
    for (Index joined = 0; !open_.empty();) {
      if ((open_.size() & 63U) == 0) context.check_stop("dbcv");
      n_distances += open_.size();
      const std::size_t next = relax(joined);
      const Candidate& chosen = open_[next];
      edges.push_back({chosen.parent, chosen.row, chosen.reach});
      joined = chosen.row;
      remove(next);
    }
    context.count(work::distance_evaluations, n_distances);
  }

  std::vector<Edge> edges;

 private:
  struct Candidate {
    double reach = infinity;
    Index row = 0;
    Index parent = 0;
  };

  /// Row `joined` came into the tree: the place of the next one.
  std::size_t relax(Index joined) {
    std::size_t best = 0;
    columns_.squares(points_.row(joined).data(), 1,
                     [&](Index first, Index width, const double* squares) {
                       const Index present = std::min(width, columns_.size() - first);
                       for (Index j = 0; j < present; ++j) {
                         const auto place = static_cast<std::size_t>(first + j);
                         Candidate& candidate = open_[place];
                         const double reach =
                             std::max(squares[j], std::max(cores_[joined], cores_[candidate.row]));
                         if (reach < candidate.reach ||
                             (reach == candidate.reach && joined < candidate.parent)) {
                           candidate.reach = reach;
                           candidate.parent = joined;
                         }
                         const Candidate& least = open_[best];
                         if (candidate.reach < least.reach ||
                             (candidate.reach == least.reach && candidate.row < least.row))
                           best = place;
                       }
                     });
    return best;
  }
  void remove(std::size_t place) {
    columns_.move_last_to(static_cast<Index>(place));
    open_[place] = open_.back();
    open_.pop_back();
  }

  Matrix points_;
  const Vector& cores_;
  Columns columns_;
  std::vector<Candidate> open_;
};

void look_inside(const MatrixView& x, Cluster& cluster, const Context& context) {
  const SpanningTree tree(x, cluster, context);
  std::vector<int> degree(cluster.rows.size(), 0);
  for (const SpanningTree::Edge& edge : tree.edges) {
    ++degree[static_cast<std::size_t>(edge.a)];
    ++degree[static_cast<std::size_t>(edge.b)];
  }
  for (std::size_t i = 0; i < degree.size(); ++i)
    if (degree[i] > 1) cluster.inner.push_back(static_cast<Index>(i));
  const auto is_inner = [&](Index i) { return degree[static_cast<std::size_t>(i)] > 1; };
  double widest = 0;
  double widest_inner = -1;
  for (const SpanningTree::Edge& edge : tree.edges) {
    widest = std::max(widest, edge.reach);
    if (is_inner(edge.a) && is_inner(edge.b)) widest_inner = std::max(widest_inner, edge.reach);
  }
  cluster.sparseness = widest_inner >= 0 ? widest_inner : widest;
  if (cluster.inner.empty()) cluster.inner.push_back(0);
}

/// Inner points of a cluster, ready for distances to those of others.
struct Inside {
  Matrix points;
  Vector cores;                // squared
  std::vector<double> padded;  // the same, up to whole tiles by +inf
  Columns columns;

  Inside(const MatrixView& x, const Cluster& cluster, const std::vector<Index>& rows)
      : points(rows_of(x, rows)), cores(points.rows()), columns(x, rows) {
    for (Index i = 0; i < cores.size(); ++i)
      cores[i] = cluster.cores[cluster.inner[static_cast<std::size_t>(i)]];
    padded.assign(static_cast<std::size_t>(cores.size() + distance_lanes), infinity);
    std::copy(cores.data(), cores.data() + cores.size(), padded.begin());
  }
  static std::vector<Index> rows_in(const Cluster& cluster) {
    std::vector<Index> rows;
    for (const Index i : cluster.inner) rows.push_back(cluster.rows[static_cast<std::size_t>(i)]);
    return rows;
  }
};

double least_reach(const Inside& strip_of, Index begin, Index end, const Inside& other) {
  double least = infinity;
  other.columns.squares(
      strip_of.points.row(begin).data(), end - begin,
      [&](Index first, Index width, const double* squares) {
        least =
            std::min(least, distance_kernels().least_reach(
                                {squares, static_cast<int>(end - begin), static_cast<int>(width),
                                 strip_of.cores.data() + begin, other.padded.data() + first}));
      });
  return least;
}

/// Fills in each cluster's least reachability from an inner point to one of another cluster.
void separate(const MatrixView& x, std::vector<Cluster>& clusters, const Context& context) {
  std::vector<Inside> insides;
  struct Strip {
    std::size_t cluster;
    Index begin, end;
  };
  std::vector<Strip> strips;
  for (const Cluster& cluster : clusters) {
    insides.emplace_back(x, cluster, Inside::rows_in(cluster));
    const Index n = insides.back().points.rows();
    for (Index begin = 0; begin < n; begin += strip_rows)
      strips.push_back({insides.size() - 1, begin, std::min(begin + strip_rows, n)});
  }
  const auto n_strips = static_cast<Index>(strips.size());
  const Vector none = Vector::Constant(static_cast<Index>(clusters.size()), infinity);
  const Vector least = parallel_reduce(
      context, n_strips, std::max<Index>(1, n_strips / 64), none,
      [&](Index first, Index last) {
        Vector part = none;
        for (Index s = first; s < last; ++s) {
          context.check_stop("dbcv");
          const Strip& strip = strips[static_cast<std::size_t>(s)];
          Index n_columns = 0;
          for (std::size_t b = strip.cluster + 1; b < insides.size(); ++b) {
            const double reach =
                least_reach(insides[strip.cluster], strip.begin, strip.end, insides[b]);
            for (const std::size_t side : {strip.cluster, b}) {
              double& so_far = part[static_cast<Index>(side)];
              so_far = std::min(so_far, reach);
            }
            n_columns += insides[b].columns.size();
          }
          context.count(work::distance_evaluations,
                        static_cast<std::uint64_t>((strip.end - strip.begin) * n_columns));
        }
        return part;
      },
      [](Vector& total, const Vector& part) { total = total.cwiseMin(part); });
  for (std::size_t c = 0; c < clusters.size(); ++c)
    clusters[c].separation = least[static_cast<Index>(c)];
}

double validity(const Cluster& cluster) {
  const double separation = std::sqrt(cluster.separation);
  const double sparseness = std::sqrt(cluster.sparseness);
  const double larger = std::max(separation, sparseness);
  return larger == 0 ? 0 : (separation - sparseness) / larger;
}

struct Validities {
  Vector of_cluster;
  double index = 0;
};

Validities validities(const MatrixView& x, const LabelsView& labels, const Context& context) {
  check_points("dbcv", x, labels);
  if (x.cwiseAbs().maxCoeff() > 1e150)
    throw InvalidData("dbcv: a value is beyond 1e150, and squared distances would overflow",
                      "scale the columns");
  const Grouping groups = grouping(labels);
  const RowsByCluster by_cluster = rows_by_cluster(groups.group, groups.sizes.size());
  std::vector<Cluster> clusters;
  std::vector<Index> places;
  Index n_labels = 0;
  for (std::size_t g = 0; g < groups.sizes.size(); ++g) {
    const auto first = by_cluster.order.begin() + by_cluster.begin[g];
    if (labels[*first] < 0) continue;
    ++n_labels;
    if (groups.sizes[g] < 2) continue;
    clusters.push_back({{first, by_cluster.order.begin() + by_cluster.begin[g + 1]}, {}, {}});
    places.push_back(n_labels - 1);
  }
  if (clusters.size() < 2)
    throw InvalidData(concat("dbcv: expected at least 2 clusters of more than one row, got ",
                             clusters.size(), " on ", x.rows(), " rows"),
                      "negative labels are noise and no cluster");
  for (Cluster& cluster : clusters)
    cluster.cores = squared_cores(rows_of(x, cluster.rows), Columns(x, cluster.rows), context);
  parallel_for(context, static_cast<Index>(clusters.size()), 1, [&](Index c, Index) {
    look_inside(x, clusters[static_cast<std::size_t>(c)], context);
  });
  separate(x, clusters, context);
  Validities result{Vector::Constant(n_labels, std::numeric_limits<double>::quiet_NaN())};
  for (std::size_t c = 0; c < clusters.size(); ++c) {
    const double value = validity(clusters[c]);
    result.of_cluster[places[c]] = value;
    result.index +=
        static_cast<double>(clusters[c].rows.size()) / static_cast<double>(x.rows()) * value;
  }
  return result;
}

}  // namespace

double dbcv(const MatrixView& x, const LabelsView& labels, const Context& context) {
  return validities(x, labels, context).index;
}

Vector dbcv_of_clusters(const MatrixView& x, const LabelsView& labels, const Context& context) {
  return validities(x, labels, context).of_cluster;
}

}  // namespace grove::metrics
