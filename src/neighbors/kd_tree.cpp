#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "grove/core/parallel.hpp"
#include "neighbors/kd_order.hpp"
#include "neighbors/search.hpp"

namespace grove {

namespace {

/// Chunks of queries that one thread takes at a time.
constexpr Index chunks_a_task = 16;

KdMetric kd_metric(Metric metric) {
  if (metric == Metric::manhattan) return KdMetric::manhattan;
  if (metric == Metric::chebyshev) return KdMetric::chebyshev;
  return KdMetric::euclidean;
}

/// How many nearest the fast search keeps, so that some could tie with the k-th; 0 = it cannot.
int width_for(Metric metric, Index k) {
  if (metric == Metric::minkowski) return 0;
  for (const int width : {8, 16, 32, 64})
    if (k + 6 <= width) return width;
  return 0;
}

class KdTree final : public SearchBackEnd {
 public:
  KdTree(const MatrixView& points, const ReducedDistance& reduced, int leaf_size,
         const Context& context)
      : reduced_(reduced),
        search_(kd_search_for_this_processor()),
        order_(points, (leaf_size + kd_lanes - 1) / kd_lanes, context),
        boxes_(bounding_boxes(order_, context)) {
    view_ = {order_.chunks.data(), boxes_.data(),        order_.columns.data(),     order_.n_points,
             order_.n_leaves,      order_.chunks_a_leaf, static_cast<int>(order_.d)};
  }

  void nearest_of_all(const NearestTask& task, const Context& context) const override {
    if (task.itself()) return search_chunks(order_, task, context);
    if (task.n_queries <= kd_lanes) return search_few(task, context);
    search_chunks(KdOrder(*task.queries, 1, context), task, context);
  }

  Matrix points() const override {
    Matrix points(order_.n_points, order_.d);
    for (Index place = 0; place < order_.n_points; ++place)
      copy_point(place, points.row(order_.rows[static_cast<std::size_t>(place)]).data());
    return points;
  }

  void nearest(const double* query, BestHits& best, SearchWork& work) const override {
    visit(
        query, [&] { return best.limit(); },
        [&](double distance, Index row) { best.offer(distance, row); }, work);
  }

  void within(const double* query, double reach, std::vector<Hit>& hits,
              SearchWork& work) const override {
    visit(
        query, [&] { return reach; },
        [&](double distance, Index row) {
          hits.push_back({distance, row});
        },
        work);
  }

 private:
  /// Room for the search of one chunk of queries.
  struct Room {
    std::vector<float> boxes;
    std::vector<double> query, distances;
    std::vector<std::int64_t> places;
    std::vector<Hit> hits;
    Room(Index d, int width)
        : boxes(static_cast<std::size_t>(2 * d * kd_lanes)),
          query(static_cast<std::size_t>(d)),
          distances(static_cast<std::size_t>(kd_lanes * width)),
          places(static_cast<std::size_t>(kd_lanes * width)) {}
  };

  /// The queries chunk by chunk, in an order that keeps near ones together.
  void search_chunks(const KdOrder& queries, const NearestTask& task,
                     const Context& context) const {
    const int width = width_for(reduced_.metric, task.k);
    parallel_for(context, queries.n_chunks(), chunks_a_task, [&](Index begin, Index end) {
      context.check_stop(task.who);
      Room room(order_.d, width);
      SearchWork work;
      for (Index c = begin; c < end; ++c) {
        const std::uint32_t* rows = queries.rows.data() + c * kd_lanes;
        search_chunk(queries.chunk(c), queries.points_in_chunk(c), rows,
                     task.itself() ? c * kd_lanes : -1, task, width, room, work);
      }
      work.count_in(context);
    });
  }

  /// At most one chunk, not worth ordering.
  void search_few(const NearestTask& task, const Context& context) const {
    const int width = width_for(reduced_.metric, task.k);
    const auto n = static_cast<int>(task.n_queries);
    std::array<std::uint32_t, kd_lanes> rows{};
    std::vector<double> chunk(static_cast<std::size_t>(kd_lanes * order_.d));
    for (int i = 0; i < n; ++i) rows[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(i);
    for (Index j = 0; j < order_.d; ++j)
      for (int i = 0; i < kd_lanes; ++i)
        chunk[static_cast<std::size_t>(j * kd_lanes + i)] =
            i < n ? (*task.queries)(i, j) : std::numeric_limits<double>::infinity();
    Room room(order_.d, width);
    SearchWork work;
    search_chunk(chunk.data(), n, rows.data(), -1, task, width, room, work);
    work.count_in(context);
  }

  void search_chunk(const double* chunk, int n, const std::uint32_t* rows, Index first_place,
                    const NearestTask& task, int width, Room& room, SearchWork& work) const {
    if (width > 0) {
      KdWork fast;
      search_(view_, {chunk, room.boxes.data(), first_place, n}, kd_metric(reduced_.metric),
              static_cast<int>(task.k), width, {room.distances.data(), room.places.data()}, fast);
      work.read_points(static_cast<Index>(fast.distance_evaluations), order_.d);
      work.nodes_visited += fast.nodes_visited;
    }
    for (int i = 0; i < n; ++i) {
      const Index row = rows[i];
      if (width == 0 || !take(room, i, width, task, row))
        search_exactly(task, chunk + i, row, room, work);
    }
  }

  /// Writes the answer for one query of a searched chunk: true distances, ties by row. False if
  /// more points may tie with the k-th than the search kept.
  bool take(Room& room, int i, int width, const NearestTask& task, Index query_row) const {
    const double* distances = room.distances.data() + i * width;
    const std::int64_t* places = room.places.data() + i * width;
    room.hits.clear();
    for (int h = 0; h < width && places[h] >= 0; ++h) {
      const Hit hit{reduced_.finish(distances[h]),
                    static_cast<Index>(order_.rows[static_cast<std::size_t>(places[h])])};
      // Nearly sorted already: only equal distances may be out of order.
      room.hits.push_back(hit);
      for (std::size_t at = room.hits.size() - 1; at > 0 && hit < room.hits[at - 1]; --at)
        std::swap(room.hits[at], room.hits[at - 1]);
    }
    const auto k = static_cast<std::size_t>(task.k);
    if (static_cast<int>(room.hits.size()) == width &&
        room.hits.back().distance <= room.hits[k - 1].distance)
      return false;
    task.write(query_row, room.hits);
    return true;
  }

  /// One query of a chunk, by the heap that settles ties as it goes.
  void search_exactly(const NearestTask& task, const double* in_chunk, Index row, Room& room,
                      SearchWork& work) const {
    for (Index j = 0; j < order_.d; ++j)
      room.query[static_cast<std::size_t>(j)] = in_chunk[j * kd_lanes];
    BestHits best(task.k_found(), reduced_);
    nearest(room.query.data(), best, work);
    task.write(row, best.sorted());
  }

  void copy_point(Index place, double* out) const {
    for (Index j = 0; j < order_.d; ++j) out[j] = order_.value(place, j);
  }

  struct Part {
    Index node, first_leaf, n_leaves;
    double bound;
  };

  double distance_to_box(const double* query, Index node) const {
    const float* const box = boxes_.data() + node * 2 * order_.d;
    double sum = 0;
    for (Index j = 0; j < order_.d; ++j) {
      const double gap = std::max({box[j] - query[j], query[j] - box[order_.d + j], 0.0});
      if (reduced_.metric == Metric::chebyshev) {
        sum = std::max(sum, gap);
      } else {
        sum += reduced_.term(gap);
      }
    }
    return sum;
  }

  /// f(reduced distance, row) for every point whose reduced distance is at most limit(), which may
  /// shrink meanwhile.
  template <class Limit, class F>
  void visit(const double* query, const Limit& limit, const F& f, SearchWork& work) const {
    std::array<Part, 64> pending;  // one for each level of the tree
    std::size_t n_pending = 0;
    pending[n_pending++] = {0, 0, order_.n_leaves, 0};
    while (n_pending > 0) {
      Part part = pending[--n_pending];
      while (part.bound <= limit() && part.n_leaves > 1) {
        Part left{part.node + 1, part.first_leaf, (part.n_leaves + 1) / 2, 0};
        Part right{part.node + 2 * left.n_leaves, part.first_leaf + left.n_leaves,
                   part.n_leaves - left.n_leaves, 0};
        left.bound = distance_to_box(query, left.node);
        right.bound = distance_to_box(query, right.node);
        const bool left_first = left.bound <= right.bound;
        ++work.nodes_visited;
        pending[n_pending++] = left_first ? right : left;
        part = left_first ? left : right;
      }
      if (part.bound > limit()) continue;
      const Index begin = part.first_leaf * order_.chunks_a_leaf * kd_lanes;
      const Index end = std::min(order_.n_points, begin + order_.chunks_a_leaf * kd_lanes);
      for (Index place = begin; place < end; ++place) {
        const double distance = distance_to(query, place);
        if (distance <= limit()) f(distance, order_.rows[static_cast<std::size_t>(place)]);
      }
      work.read_points(end - begin, order_.d);
    }
  }

  double distance_to(const double* query, Index place) const {
    const double* value = order_.chunk(place / kd_lanes) + place % kd_lanes;
    double sum = 0;
    for (Index j = 0; j < order_.d; ++j, value += kd_lanes) {
      if (reduced_.metric == Metric::chebyshev) {
        sum = std::max(sum, std::abs(query[j] - *value));
      } else {
        sum += reduced_.term(query[j] - *value);
      }
    }
    return sum;
  }

  ReducedDistance reduced_;
  KdSearch search_;
  KdOrder order_;
  std::vector<float> boxes_;
  KdView view_;
};

}  // namespace

KdSearch kd_search_for_this_processor() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return avx512::kd_search;
  if (__builtin_cpu_supports("avx2")) return avx2::kd_search;
#endif
  return baseline::kd_search;
}

std::unique_ptr<SearchBackEnd> make_kd_tree(const MatrixView& points,
                                            const ReducedDistance& reduced, int leaf_size,
                                            const Context& context) {
  return std::make_unique<KdTree>(points, reduced, leaf_size, context);
}

}  // namespace grove
