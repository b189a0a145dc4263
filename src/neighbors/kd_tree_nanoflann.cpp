#include <nanoflann.hpp>

#include "neighbors/search.hpp"

namespace grove {

namespace {

// nanoflann prunes by bounds that are sums in another order than the distances themselves. They are
// compared with a limit that is larger than the worst hit by more than rounding can make up, also
// at distance 0, so that no tie is lost; whether a point enters is decided by the exact distance
// and the row.

struct PointSource {
  const Matrix& points;
  const ReducedDistance& reduced;
  std::size_t kdtree_get_point_count() const { return static_cast<std::size_t>(points.rows()); }
  double kdtree_get_pt(std::size_t row, std::size_t column) const {
    return points(static_cast<Index>(row), static_cast<Index>(column));
  }
  template <class Box>
  bool kdtree_get_bbox(Box&) const {
    return false;
  }
};

thread_local Index evaluations = 0;

struct PointDistance {
  using ElementType = double;
  using DistanceType = double;
  const PointSource& source;
  explicit PointDistance(const PointSource& data) : source(data) {}
  double evalMetric(const double* a, std::size_t row, std::size_t n, double = -1) const {
    ++evaluations;
    return source.reduced(a, source.points.data() + static_cast<Index>(row * n),
                          static_cast<Index>(n));
  }
  template <class A, class B>
  double accum_dist(const A a, const B b, std::size_t) const {
    return source.reduced.term(a - b);
  }
};

struct NearestResult {
  BestHits& best;
  std::size_t size() const { return 0; }
  bool full() const { return best.full(); }
  double worstDist() const { return best.limit(); }
  bool addPoint(double distance, std::size_t row) {
    best.offer(distance, static_cast<Index>(row));
    return true;
  }
};

struct WithinResult {
  double reach;
  std::vector<Hit>& hits;
  std::size_t size() const { return hits.size(); }
  bool full() const { return true; }
  double worstDist() const { return reach; }
  bool addPoint(double distance, std::size_t row) {
    if (distance <= reach) hits.push_back({distance, static_cast<Index>(row)});
    return true;
  }
};

class NanoflannTree final : public RowSearch {
 public:
  NanoflannTree(const MatrixView& points, const ReducedDistance& reduced, int leaf_size,
                const Context& context)
      : RowSearch(points, context),
        reduced_(reduced),
        source_{points_, reduced_},
        tree_(static_cast<std::int32_t>(points.cols()), source_,
              nanoflann::KDTreeSingleIndexAdaptorParams(static_cast<std::size_t>(leaf_size))) {}

  void nearest(const double* query, BestHits& best, SearchWork& work) const override {
    NearestResult result{best};
    evaluations = 0;
    tree_.findNeighbors(result, query, nanoflann::SearchParams());
    work.read_points(evaluations, points_.cols());
  }
  void within(const double* query, double reach, std::vector<Hit>& hits,
              SearchWork& work) const override {
    WithinResult result{reach, hits};
    evaluations = 0;
    tree_.findNeighbors(result, query, nanoflann::SearchParams(32, 0, false));
    work.read_points(evaluations, points_.cols());
  }

 private:
  ReducedDistance reduced_;
  PointSource source_;
  nanoflann::KDTreeSingleIndexAdaptor<PointDistance, PointSource, -1, std::size_t> tree_;
};

}  // namespace

std::unique_ptr<SearchBackEnd> make_nanoflann(const MatrixView& points,
                                              const ReducedDistance& reduced, int leaf_size,
                                              const Context& context) {
  return std::make_unique<NanoflannTree>(points, reduced, leaf_size, context);
}

}  // namespace grove
