#include <algorithm>
#include <cstring>
#include <set>

#include "grove/core/random.hpp"
#include "neighbors/kd_order.hpp"
#include "support/check.hpp"

using namespace grove;

// The inside of the KD-tree: its order, its boxes, and its loops for each instruction set.

namespace {

/// Continuous, or an integer grid with many equal points and distances.
Matrix points_of(Index n, Index d, bool grid) {
  Rng rng(static_cast<std::uint64_t>(n * 10 + d));
  Matrix x(n, d);
  for (double& value : x.reshaped())
    value = grid ? static_cast<double>(rng.below(4)) : rng.normal();
  return x;
}

struct Extent {
  double low, high;
};

Extent extent_of(const KdOrder& order, Index begin, Index end, Index column) {
  Extent extent{order.value(begin, column), order.value(begin, column)};
  for (Index place = begin; place < std::min(end, order.n_points); ++place) {
    extent.low = std::min(extent.low, order.value(place, column));
    extent.high = std::max(extent.high, order.value(place, column));
  }
  return extent;
}

/// Whether the points of leaves [first, first + n) are halved by a plane at every node, and lie in
/// the boxes.
bool well_formed(const KdOrder& order, const std::vector<float>& boxes, Index node, Index first,
                 Index n) {
  const Index capacity = order.chunks_a_leaf * kd_lanes;
  const Index begin = first * capacity;
  const Index end = (first + n) * capacity;
  const float* box = boxes.data() + node * 2 * order.d;
  for (Index j = 0; j < order.d; ++j) {
    const Extent extent = extent_of(order, begin, end, j);
    if (box[j] > extent.low || box[order.d + j] < extent.high) return false;
  }
  if (n == 1) return true;
  const Index c = (n + 1) / 2;
  const Index middle = (first + c) * capacity;
  bool apart = false;
  for (Index j = 0; j < order.d; ++j)
    apart =
        apart || extent_of(order, begin, middle, j).high <= extent_of(order, middle, end, j).low;
  return apart && well_formed(order, boxes, node + 1, first, c) &&
         well_formed(order, boxes, node + 2 * c, first + c, n - c);
}

struct Answer {
  std::vector<double> distances;
  std::vector<std::int64_t> places;
  KdWork work;
  bool operator==(const Answer& other) const {
    return distances == other.distances && places == other.places &&
           work.distance_evaluations == other.work.distance_evaluations &&
           work.nodes_visited == other.work.nodes_visited;
  }
};

Answer search_all(KdSearch search, const KdOrder& order, const std::vector<float>& boxes,
                  KdMetric metric, int k, int width) {
  const KdView view{order.chunks.data(),      boxes.data(),   order.columns.data(),
                    order.n_points,           order.n_leaves, order.chunks_a_leaf,
                    static_cast<int>(order.d)};
  std::vector<float> room(static_cast<std::size_t>(2 * order.d * kd_lanes));
  Answer answer;
  for (Index c = 0; c < order.n_chunks(); ++c) {
    const int n = order.points_in_chunk(c);
    std::vector<double> distances(static_cast<std::size_t>(n * width));
    std::vector<std::int64_t> places(distances.size());
    search(view, {order.chunk(c), room.data(), c * kd_lanes, n}, metric, k, width,
           {distances.data(), places.data()}, answer.work);
    answer.distances.insert(answer.distances.end(), distances.begin(), distances.end());
    answer.places.insert(answer.places.end(), places.begin(), places.end());
  }
  return answer;
}

}  // namespace

TEST_CASE("Every node of the tree is halved by a plane and lies in its box") {
  for (const bool grid : {false, true})
    for (const Index n : {1, 15, 16, 17, 33, 700, 5000, 20011})
      for (const Index d : {1, 3, 6})
        for (const int chunks_a_leaf : {1, 2, 3}) {
          INFO(n << " x " << d << (grid ? ", grid" : ""));
          const Matrix points = points_of(n, d, grid);
          const KdOrder order(points, chunks_a_leaf, {});
          CHECK(well_formed(order, bounding_boxes(order, {}), 0, 0, order.n_leaves));
          std::set<std::uint32_t> rows(order.rows.begin(), order.rows.end());
          CHECK(rows.size() == static_cast<std::size_t>(n));
          Index wrong = 0;
          for (Index place = 0; place < n; ++place)
            for (Index j = 0; j < d; ++j)
              wrong +=
                  order.value(place, j) !=
                          points(static_cast<Index>(order.rows[static_cast<std::size_t>(place)]), j)
                      ? 1
                      : 0;
          CHECK(wrong == 0);
        }
}

TEST_CASE("The order does not depend on the number of threads") {
  const Matrix points = points_of(30000, 3, false);
  const KdOrder one(points, 2, {.threads = 1});
  for (const int threads : {2, 3, 7})
    CHECK(KdOrder(points, 2, {.threads = threads}).rows == one.rows);
}

TEST_CASE("Every instruction set finds the same to the bit, with the same work") {
  std::vector<KdSearch> searches;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) searches.push_back(avx2::kd_search);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    searches.push_back(avx512::kd_search);
#endif
  for (const bool grid : {false, true})
    for (const Index d : {1, 2, 3, 7, 12})
      for (const KdMetric metric : {KdMetric::euclidean, KdMetric::manhattan, KdMetric::chebyshev})
        for (const auto& [k, width] :
             std::vector<std::pair<int, int>>{{1, 8}, {10, 16}, {30, 32}, {60, 64}}) {
          const KdOrder order(points_of(777, d, grid), 2, {});
          const std::vector<float> boxes = bounding_boxes(order, {});
          const Answer expected = search_all(baseline::kd_search, order, boxes, metric, k, width);
          for (const KdSearch search : searches)
            CHECK(search_all(search, order, boxes, metric, k, width) == expected);
        }
}

TEST_CASE("Boxes hold coordinates beyond the range of floats, and denormal ones") {
  Matrix points(40, 2);
  for (Index i = 0; i < 40; ++i)
    points.row(i) << (i % 2 == 0 ? 1e300 : -1e300) / static_cast<double>(i + 1),
        5e-324 * static_cast<double>(i);
  const KdOrder order(points, 1, {});
  CHECK(well_formed(order, bounding_boxes(order, {}), 0, 0, order.n_leaves));
}
