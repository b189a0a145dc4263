#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "grove/metrics/clustering.hpp"
#include "metrics/checks.hpp"
#include "metrics/contingency.hpp"
#include "metrics/sum.hpp"

namespace grove::metrics {
namespace {

Grouping checked_grouping(std::string_view who, const MatrixView& x, const LabelsView& labels) {
  check_rows(who, "x", x.rows(), "labels", labels.size());
  if (x.cols() == 0) throw InvalidData(concat(who, ": x has no columns"));
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.cols(); ++c) {
      if (std::isfinite(x(i, c))) continue;
      throw InvalidData(
          concat(who, ": x must be finite, got ", x(i, c), " in row ", i, ", column ", c));
    }
  }
  Grouping groups = grouping(labels);
  if (groups.sizes.size() < 2 || groups.sizes.size() >= groups.group.size()) {
    throw InvalidData(concat(who, ": expected 2 to ", std::max<Index>(2, x.rows() - 1),
                             " clusters, got ", groups.sizes.size(), " on ", x.rows(), " rows"),
                      "the metric compares clusters, of which one has more than one row");
  }
  return groups;
}

Matrix centroids(const MatrixView& x, const Grouping& groups) {
  const auto k = static_cast<Index>(groups.sizes.size());
  Matrix centers = Matrix::Zero(k, x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    centers.row(groups.group[static_cast<std::size_t>(i)]) += x.row(i);
  }
  for (Index c = 0; c < k; ++c) centers.row(c) /= groups.sizes[static_cast<std::size_t>(c)];
  return centers;
}

double squared_distance(const double* a, const double* b, Index n) {
  double sum = 0;
  for (Index c = 0; c < n; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

/// The rows by cluster, in tiles of at most 64 rows of one cluster, each tile stored feature by
/// feature: the distances from one row to a tile are computed side by side.
class Tiles {
 public:
  static constexpr Index most = 64;
  static constexpr Index step = 4;  // widths are multiples of it: little is wasted on tiny clusters

  Tiles(const MatrixView& x, const Grouping& groups) : n_features_(x.cols()) {
    std::vector<std::vector<Index>> open(groups.sizes.size());
    std::vector<std::vector<std::vector<Index>>> full(groups.sizes.size());
    for (Index i = 0; i < x.rows(); ++i) {
      const auto group = static_cast<std::size_t>(groups.group[static_cast<std::size_t>(i)]);
      open[group].push_back(i);
      if (static_cast<Index>(open[group].size()) < most) continue;
      full[group].push_back(std::move(open[group]));
      open[group].clear();
    }
    for (std::size_t group = 0; group < open.size(); ++group) {
      if (!open[group].empty()) full[group].push_back(std::move(open[group]));
      for (const std::vector<Index>& rows : full[group]) add(x, static_cast<Index>(group), rows);
    }
  }

  Index count() const { return static_cast<Index>(tiles_.size()); }
  Index group(Index tile) const { return tiles_[static_cast<std::size_t>(tile)].group; }

  /// The sum of the distances from `row` to the tile's rows.
  double distance_sum(const double* row, Index tile) const {
    const Tile& t = tiles_[static_cast<std::size_t>(tile)];
    const double* values = values_.data() + t.begin;
    double roots[most];
    // The same operations for each row of the tile; a known width lets the compiler unroll.
    if (t.width == most) {
      distances(row, values, std::integral_constant<Index, most>{}, roots);
    } else {
      distances(row, values, t.width, roots);
    }
    double sum = 0;
    for (Index j = 0; j < t.size; ++j) sum += roots[j];
    return sum;
  }

 private:
  struct Tile {
    Index group;
    Index begin;
    Index size;
    Index width;
  };

  template <class Width>
  void distances(const double* row, const double* values, Width width, double* roots) const {
    std::fill(roots, roots + width, 0.0);
    for (Index c = 0; c < n_features_; ++c, values += width) {
      const double v = row[c];
      for (Index j = 0; j < width; ++j) roots[j] += (values[j] - v) * (values[j] - v);
    }
    for (Index j = 0; j < width; ++j) roots[j] = std::sqrt(roots[j]);
  }

  void add(const MatrixView& x, Index group, const std::vector<Index>& rows) {
    const std::size_t begin = values_.size();
    const auto size = static_cast<Index>(rows.size());
    const Index width = (size + step - 1) / step * step;
    tiles_.push_back({group, static_cast<Index>(begin), size, width});
    values_.resize(begin + static_cast<std::size_t>(width * n_features_), 0);
    for (std::size_t j = 0; j < rows.size(); ++j) {
      for (Index c = 0; c < n_features_; ++c) {
        values_[begin + static_cast<std::size_t>(c * width) + j] = x(rows[j], c);
      }
    }
  }

  Index n_features_;
  std::vector<Tile> tiles_;
  std::vector<double> values_;
};

double silhouette_of(Index own, const std::vector<double>& sums, const std::vector<double>& sizes) {
  const double others = sizes[static_cast<std::size_t>(own)] - 1;
  if (others == 0) return 0;
  const double inside = sums[static_cast<std::size_t>(own)] / others;
  double outside = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < sums.size(); ++c) {
    if (static_cast<Index>(c) != own) outside = std::min(outside, sums[c] / sizes[c]);
  }
  const double larger = std::max(inside, outside);
  return larger == 0 ? 0 : (outside - inside) / larger;
}

Vector silhouettes(std::string_view who, const MatrixView& x, const LabelsView& labels,
                   const Context& context) {
  const Grouping groups = checked_grouping(who, x, labels);
  const Tiles tiles(x, groups);
  Vector result(x.rows());
  constexpr Index grain = 64;
  parallel_for(context, x.rows(), grain, [&](Index begin, Index end) {
    context.check_stop(who);
    const std::size_t k = groups.sizes.size();
    std::vector<double> sums(static_cast<std::size_t>(end - begin) * k, 0);
    for (Index tile = 0; tile < tiles.count(); ++tile) {
      const auto group = static_cast<std::size_t>(tiles.group(tile));
      for (Index i = begin; i < end; ++i) {
        sums[static_cast<std::size_t>(i - begin) * k + group] +=
            tiles.distance_sum(x.row(i).data(), tile);
      }
    }
    std::vector<double> own(k);
    for (Index i = begin; i < end; ++i) {
      const auto first = sums.begin() + (i - begin) * static_cast<Index>(k);
      std::copy(first, first + static_cast<Index>(k), own.begin());
      result[i] = silhouette_of(groups.group[static_cast<std::size_t>(i)], own, groups.sizes);
    }
    context.count(work::distance_evaluations, static_cast<std::uint64_t>((end - begin) * x.rows()));
  });
  return result;
}

}  // namespace

Vector silhouette_samples(const MatrixView& x, const LabelsView& labels, const Context& context) {
  return silhouettes("silhouette_samples", x, labels, context);
}

double silhouette(const MatrixView& x, const LabelsView& labels, const Context& context) {
  const Vector each = silhouettes("silhouette", x, labels, context);
  return sum_of(0, each.size(), [&](Index i) { return each[i]; }) /
         static_cast<double>(each.size());
}

double calinski_harabasz(const MatrixView& x, const LabelsView& labels) {
  const Grouping groups = checked_grouping("calinski_harabasz", x, labels);
  const Matrix centers = centroids(x, groups);
  Matrix mean = Matrix::Zero(1, x.cols());
  for (Index i = 0; i < x.rows(); ++i) mean += x.row(i);
  mean /= static_cast<double>(x.rows());
  double between = 0;
  for (Index c = 0; c < centers.rows(); ++c) {
    between += groups.sizes[static_cast<std::size_t>(c)] *
               squared_distance(centers.row(c).data(), mean.data(), x.cols());
  }
  const double within = sum_of(0, x.rows(), [&](Index i) {
    const Index group = groups.group[static_cast<std::size_t>(i)];
    return squared_distance(x.row(i).data(), centers.row(group).data(), x.cols());
  });
  if (within == 0) return 1;
  const auto k = static_cast<double>(centers.rows());
  return between * (static_cast<double>(x.rows()) - k) / (within * (k - 1));
}

double davies_bouldin(const MatrixView& x, const LabelsView& labels) {
  const Grouping groups = checked_grouping("davies_bouldin", x, labels);
  const Matrix centers = centroids(x, groups);
  const Index k = centers.rows();
  Vector spread = Vector::Zero(k);
  for (Index i = 0; i < x.rows(); ++i) {
    const Index group = groups.group[static_cast<std::size_t>(i)];
    spread[group] +=
        std::sqrt(squared_distance(x.row(i).data(), centers.row(group).data(), x.cols()));
  }
  for (Index c = 0; c < k; ++c) spread[c] /= groups.sizes[static_cast<std::size_t>(c)];
  constexpr double nothing = 1e-8;  // as numpy's allclose
  double total = 0;
  double longest = 0;
  for (Index a = 0; a < k; ++a) {
    double worst = 0;
    for (Index b = 0; b < k; ++b) {
      const double distance =
          std::sqrt(squared_distance(centers.row(a).data(), centers.row(b).data(), x.cols()));
      longest = std::max(longest, distance);
      if (distance > 0) worst = std::max(worst, (spread[a] + spread[b]) / distance);
    }
    total += worst;
  }
  if (spread.maxCoeff() <= nothing || longest <= nothing) return 0;
  return total / static_cast<double>(k);
}

}  // namespace grove::metrics
