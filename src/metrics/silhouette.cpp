#include <algorithm>
#include <limits>
#include <vector>

#include "grove/core/parallel.hpp"
#include "grove/metrics/clustering.hpp"
#include "metrics/pair_distances.hpp"
#include "metrics/point_groups.hpp"
#include "metrics/sum.hpp"

// Rows lie by cluster and are cut into panels; each pair of panels is visited once and serves both
// sides. Pairs that share no panel run at the same time, in an order that depends on the labels
// alone, so every sum has one order of addition.

namespace grove::metrics {
namespace {

constexpr Index strip_rows = 16;
constexpr Index tile_columns = 128;

/// Where clusters border within one strip or tile.
struct Cut {
  Index first_part = 0;
  std::vector<int> borders;
  int n_parts() const { return static_cast<int>(borders.size()) - 1; }
};

struct Panel {
  Index begin = 0;  // rows, in the order by cluster
  Index end = 0;
  std::vector<Index> clusters;  // of each part
  std::vector<Index> borders;   // of the parts, from begin
  std::vector<Cut> strips, tiles;
  std::size_t first_value = 0;  // of its groups

  Index n_rows() const { return end - begin; }
  Index n_parts() const { return static_cast<Index>(clusters.size()); }
  Index n_groups() const { return (n_rows() + distance_lanes - 1) / distance_lanes; }
  Index width() const { return n_groups() * distance_lanes; }
};

std::vector<Cut> cuts_of(const Panel& panel, Index step) {
  std::vector<Cut> cuts;
  std::size_t part = 0;
  for (Index at = 0; at < panel.n_rows(); at += step) {
    const Index end = std::min(at + step, panel.n_rows());
    while (panel.borders[part + 1] <= at) ++part;
    Cut cut{static_cast<Index>(part), {0}};
    for (std::size_t p = part; panel.borders[p] < end; ++p) {
      cut.borders.push_back(static_cast<int>(std::min(panel.borders[p + 1], end) - at));
      if (p + 1 == panel.clusters.size()) break;
    }
    cuts.push_back(std::move(cut));
  }
  return cuts;
}

/// Panels of like size: pieces of one large cluster, or some whole small ones.
class Panels {
 public:
  Panels(const std::vector<Index>& begin, Index n) {
    const Index most = std::max<Index>(512, (n + 31) / 32);
    for (std::size_t c = 0; c + 1 < begin.size(); ++c) {
      const Index size = begin[c + 1] - begin[c];
      large_.push_back(size > 2 * most ? n_large_++ : -1);
      if (large_.back() >= 0) {
        const Index pieces = (size + most - 1) / most;
        for (Index p = 0; p < pieces; ++p) {
          open(begin[c] + size * p / pieces);
          add(static_cast<Index>(c), begin[c] + size * (p + 1) / pieces);
        }
        full_ = true;
        continue;
      }
      constexpr Index most_parts = 64;  // sums are kept for each row and part
      if (full_ || panels_.back().n_rows() + size > most || panels_.back().n_parts() == most_parts)
        open(begin[c]);
      add(static_cast<Index>(c), begin[c + 1]);
    }
    for (Panel& panel : panels_) {
      panel.strips = cuts_of(panel, strip_rows);
      panel.tiles = cuts_of(panel, tile_columns);
    }
  }

  std::vector<Panel>& all() { return panels_; }
  /// The large cluster's number among them, or -1: its sums come from several panels.
  Index large(Index cluster) const { return large_[static_cast<std::size_t>(cluster)]; }
  Index n_large() const { return n_large_; }

 private:
  void open(Index begin) {
    panels_.push_back({begin, begin, {}, {0}, {}, {}, 0});
    full_ = false;
  }
  void add(Index cluster, Index end) {
    Panel& panel = panels_.back();
    panel.clusters.push_back(cluster);
    panel.end = end;
    panel.borders.push_back(end - panel.begin);
  }

  std::vector<Panel> panels_;
  std::vector<Index> large_;
  Index n_large_ = 0;
  bool full_ = true;
};

/// Calls f(a, b, context-free) for all pairs a <= b of n, in rounds whose pairs share nothing (a
/// tournament by the circle method).
template <class F>
void in_rounds(const Context& context, Index n, F&& f) {
  parallel_for(context, n, 1, [&](Index a, Index) { f(a, a); });
  const Index even = n + n % 2;
  for (Index round = 0; round + 1 < even; ++round) {
    parallel_for(context, even / 2, 1, [&](Index k, Index) {
      const Index turn = even - 1;
      const Index a = k == 0 ? turn : (round + k) % turn;
      const Index b = (round - k + turn) % turn;
      if (a < n && b < n) f(std::min(a, b), std::max(a, b));
    });
  }
}

class Silhouettes {
 public:
  Silhouettes(std::string_view who, const MatrixView& x, const LabelsView& labels)
      : who_(who),
        d_(x.cols()),
        groups_(checked_grouping(who, x, labels)),
        rows_(rows_by_cluster(groups_.group, groups_.sizes.size())),
        panels_(rows_.begin, x.rows()),
        values_(x.rows(), d_),
        inside_(Vector::Zero(x.rows())),
        outside_(Vector::Constant(x.rows(), std::numeric_limits<double>::infinity())),
        large_sums_(Matrix::Zero(x.rows(), panels_.n_large())) {
    for (Index i = 0; i < x.rows(); ++i) values_.row(i) = x.row(row_at(i));
    for (Panel& panel : panels_.all()) {
      panel.first_value = columns_.size();
      append_groups(x, rows_.order, panel.begin, panel.end, columns_);
    }
  }

  Vector run(const Context& context) {
    const std::vector<Panel>& panels = panels_.all();
    in_rounds(context, static_cast<Index>(panels.size()), [&](Index a, Index b) {
      context.check_stop(who_);
      meet(panels[static_cast<std::size_t>(a)], panels[static_cast<std::size_t>(b)], context);
    });
    Vector result(values_.rows());
    for (Index i = 0; i < values_.rows(); ++i) result[row_at(i)] = of(i);
    return result;
  }

 private:
  Index row_at(Index i) const { return rows_.order[static_cast<std::size_t>(i)]; }
  Index cluster_at(Index i) const {
    return groups_.group[static_cast<std::size_t>(rows_.order[static_cast<std::size_t>(i)])];
  }
  double size(Index cluster) const { return groups_.sizes[static_cast<std::size_t>(cluster)]; }

  /// All distances between two panels, or within one.
  void meet(const Panel& a, const Panel& b, const Context& context) {
    const bool both = &a != &b;
    std::vector<double> row_sums(static_cast<std::size_t>(a.n_rows() * b.n_parts()), 0);
    std::vector<double> column_sums(both ? static_cast<std::size_t>(a.n_parts() * b.width()) : 0,
                                    0);
    alignas(64) double distances[strip_rows * tile_columns];
    const DistanceKernels& kernels = distance_kernels();
    for (Index r = 0; r < a.n_rows(); r += strip_rows) {
      const Cut& strip = a.strips[static_cast<std::size_t>(r / strip_rows)];
      const auto n_rows = static_cast<int>(std::min(strip_rows, a.n_rows() - r));
      for (Index c = 0; c < b.n_rows(); c += tile_columns) {
        const Cut& tile = b.tiles[static_cast<std::size_t>(c / tile_columns)];
        const auto width = static_cast<int>(std::min(tile_columns, b.width() - c));
        kernels.distances({values_.row(a.begin + r).data(), n_rows,
                           columns_.data() + b.first_value + static_cast<std::size_t>(c * d_),
                           width / distance_lanes, d_, distances});
        SumTask task{distances,       n_rows,
                     width,           tile.borders.data(),
                     tile.n_parts(),  strip.borders.data(),
                     strip.n_parts(), row_sums.data() + r * b.n_parts() + tile.first_part,
                     b.n_parts(),     nullptr,
                     b.width()};
        kernels.add_rows(task);
        if (!both) continue;
        task.column_sums = column_sums.data() + strip.first_part * b.width() + c;
        kernels.add_columns(task);
      }
    }
    for (Index i = 0; i < a.n_rows(); ++i)
      for (Index s = 0; s < b.n_parts(); ++s)
        take(a.begin + i, b.clusters[static_cast<std::size_t>(s)],
             row_sums[static_cast<std::size_t>(i * b.n_parts() + s)]);
    if (both) {
      for (Index j = 0; j < b.n_rows(); ++j)
        for (Index s = 0; s < a.n_parts(); ++s)
          take(b.begin + j, a.clusters[static_cast<std::size_t>(s)],
               column_sums[static_cast<std::size_t>(s * b.width() + j)]);
    }
    context.count(work::distance_evaluations, static_cast<std::uint64_t>(a.n_rows() * b.n_rows()));
  }

  /// Row i's distances to (a piece of) a cluster add up to `sum`.
  void take(Index i, Index cluster, double sum) {
    const Index large = panels_.large(cluster);
    if (cluster == cluster_at(i)) {
      inside_[i] += sum;
    } else if (large >= 0) {
      large_sums_(i, large) += sum;
    } else {
      outside_[i] = std::min(outside_[i], sum / size(cluster));
    }
  }

  double of(Index i) const {
    const Index own = cluster_at(i);
    if (size(own) == 1) return 0;
    double outside = outside_[i];
    for (Index c = 0; c < static_cast<Index>(groups_.sizes.size()); ++c) {
      const Index large = panels_.large(c);
      if (large >= 0 && c != own) outside = std::min(outside, large_sums_(i, large) / size(c));
    }
    const double inside = inside_[i] / (size(own) - 1);
    const double larger = std::max(inside, outside);
    return larger == 0 ? 0 : (outside - inside) / larger;
  }

  std::string_view who_;
  Index d_;
  Grouping groups_;
  RowsByCluster rows_;
  Panels panels_;
  Matrix values_;                // rows by cluster
  std::vector<double> columns_;  // the same in groups, panel by panel
  Vector inside_;
  Vector outside_;  // least mean distance to another small cluster
  Matrix large_sums_;
};

}  // namespace

Vector silhouette_samples(const MatrixView& x, const LabelsView& labels, const Context& context) {
  return Silhouettes("silhouette_samples", x, labels).run(context);
}

double silhouette(const MatrixView& x, const LabelsView& labels, const Context& context) {
  const Vector each = Silhouettes("silhouette", x, labels).run(context);
  return sum_of(0, each.size(), [&](Index i) { return each[i]; }) /
         static_cast<double>(each.size());
}

}  // namespace grove::metrics
