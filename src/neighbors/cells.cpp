#include "neighbors/cells.hpp"

#include <cmath>

#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove {

namespace {

constexpr Index lanes = PointBlock::lanes;
constexpr int rounds_of_lloyd = 10;
constexpr Index sample_a_center = 64;

/// By how much the sum or difference of two distances can be off: relatively, and where their
/// squares lose digits.
double slack(double sum) { return 1e-9 * sum + 1e-150; }

/// The nearest centre of each row, and its true distance.
struct Assignment {
  std::vector<Index> center;
  std::vector<double> distance;
};

Assignment assign(const MatrixView& points, const Matrix& centers, const ReducedDistance& reduced,
                  const Context& context) {
  Assignment found;
  found.center.resize(static_cast<std::size_t>(points.rows()));
  found.distance.resize(static_cast<std::size_t>(points.rows()));
  make_brute_force(centers, reduced, context)
      ->nearest_of_all({"k-means", &points, points.rows(), 1, reduced, found.center.data(),
                        found.distance.data()},
                       context);
  return found;
}

Matrix sample_of(const MatrixView& points, Index n, std::uint64_t seed) {
  const std::vector<Index> rows = Rng(seed).sample(points.rows(), std::min(n, points.rows()));
  Matrix sample(static_cast<Index>(rows.size()), points.cols());
  for (Index i = 0; i < sample.rows(); ++i)
    sample.row(i) = points.row(rows[static_cast<std::size_t>(i)]);
  return sample;
}

}  // namespace

Matrix k_means_centers(const MatrixView& points, Index n_centers, std::uint64_t seed,
                       const Context& context) {
  n_centers = std::min(n_centers, points.rows());
  const Matrix sample = sample_of(points, sample_a_center * n_centers, seed);
  Matrix centers = sample.topRows(n_centers);
  ReducedDistance euclidean{.d = points.cols(), .kernel = kernel_of(Metric::euclidean, 2)};
  for (int round = 0; round < rounds_of_lloyd; ++round) {
    context.check_stop("k-means");
    const Assignment found = assign(sample, centers, euclidean, context);
    // Means of differences: sums of the coordinates themselves could overflow.
    Matrix shift = Matrix::Zero(n_centers, points.cols());
    Vector size = Vector::Zero(n_centers);
    for (const Index c : found.center) size(c) += 1;
    for (Index i = 0; i < sample.rows(); ++i) {
      const Index c = found.center[static_cast<std::size_t>(i)];
      shift.row(c) += (sample.row(i) - centers.row(c)) / size(c);
    }
    centers += shift;
  }
  return centers;
}

Cells::Cells(const MatrixView& points, const ReducedDistance& reduced, Index n_cells,
             std::uint64_t seed, const Context& context)
    : reduced_(reduced) {
  const Index n = points.rows();
  if (n_cells <= 0) n_cells = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(n))));
  centers_ = k_means_centers(points, n_cells, seed, context);
  const Assignment found = assign(points, centers_, reduced_, context);
  std::vector<std::vector<Hit>> members(static_cast<std::size_t>(centers_.rows()));
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    members[static_cast<std::size_t>(found.center[at])].push_back({found.distance[at], i});
  }
  std::vector<Index> places;
  for (std::vector<Hit>& hits : members) {
    std::sort(hits.begin(), hits.end());
    const Index n_blocks = (static_cast<Index>(hits.size()) + lanes - 1) / lanes;
    cells_.push_back({static_cast<Index>(places.size()) / lanes, n_blocks,
                      hits.empty() ? 0 : hits.back().distance});
    for (const Hit& hit : hits) {
      places.push_back(hit.row);
      to_center_.push_back(hit.distance);
    }
    while (places.size() % lanes != 0) {
      places.push_back(-1);
      to_center_.push_back(hits.back().distance);
    }
  }
  blocks_ = OrderedBlocks(points, std::move(places), *reduced_.kernel, context);
}

std::vector<Hit> Cells::centers_by_distance(const double* query, SearchWork& work) const {
  std::vector<Hit> found;
  BlockReader read(*reduced_.kernel, centers_.cols());
  double distances[lanes];
  for (Index first = 0; first < n_cells(); first += lanes) {
    const PointBlock block = read(centers_.row(first).data(), std::min(lanes, n_cells() - first));
    reduced_.kernel->distances(query, block, distances);
    for (Index i = 0; i < block.n_points; ++i)
      found.push_back({reduced_.finish(distances[i]), first + i});
  }
  work.read_points(n_cells(), centers_.cols());
  std::sort(found.begin(), found.end());
  return found;
}

template <class Worst, class F>
void Cells::scan(const Cell& cell, const double* query, double to_center, const Worst& worst,
                 const F& f, SearchWork& work) const {
  double distances[lanes];
  if (to_center - cell.radius - slack(to_center + cell.radius) > worst()) return;
  ++work.nodes_visited;
  for (Index b = cell.first_block; b < cell.first_block + cell.n_blocks; ++b) {
    // |q - p| >= | |q - c| - |c - p| |
    const double nearest = to_center_[static_cast<std::size_t>(b * lanes)];
    const double farthest = to_center_[static_cast<std::size_t>(b * lanes + lanes - 1)];
    const double off = slack(to_center + farthest);
    if (nearest - to_center - off > worst()) return;
    if (to_center - farthest - off > worst()) continue;
    const PointBlock block = blocks_.block(b);
    reduced_.kernel->distances(query, block, distances);
    work.read_points(block.n_points, block.d);
    for (Index i = 0; i < block.n_points; ++i) f(distances[i], blocks_.rows_of(b)[i]);
  }
}

void Cells::nearest(const double* query, Index n_probes, BestHits& best, SearchWork& work) const {
  for (const Hit& center : centers_by_distance(query, work)) {
    if (n_probes-- <= 0 && best.full()) return;
    const Cell& cell = cells_[static_cast<std::size_t>(center.row)];
    scan(
        cell, query, center.distance, [&] { return best.worst(); },
        [&](double distance, Index row) {
          if (distance <= best.limit()) best.offer(distance, row);
        },
        work);
  }
}

void Cells::within(const double* query, double reach, std::vector<Hit>& hits,
                   SearchWork& work) const {
  const double radius = reduced_.finish(reach);
  for (const Hit& center : centers_by_distance(query, work))
    scan(
        cells_[static_cast<std::size_t>(center.row)], query, center.distance,
        [&] { return radius; },
        [&](double distance, Index row) {
          if (distance <= reach) hits.push_back({distance, row});
        },
        work);
}

namespace {

/// Exact search by cells.
class CellSearch final : public RowSearch {
 public:
  CellSearch(const MatrixView& points, const ReducedDistance& reduced, const Context& context)
      : RowSearch(points, context), cells_(points_, reduced, 0, 0, context) {}

  void nearest(const double* query, BestHits& best, SearchWork& work) const override {
    cells_.nearest(query, cells_.n_cells(), best, work);
  }
  void within(const double* query, double reach, std::vector<Hit>& hits,
              SearchWork& work) const override {
    cells_.within(query, reach, hits, work);
  }

 private:
  Cells cells_;
};

}  // namespace

std::unique_ptr<SearchBackEnd> make_cells(const MatrixView& points, const ReducedDistance& reduced,
                                          const Context& context) {
  return std::make_unique<CellSearch>(points, reduced, context);
}

}  // namespace grove
