#include <array>

#include "grove/core/parallel.hpp"
#include "neighbors/point_blocks.hpp"
#include "neighbors/search.hpp"

namespace grove {

namespace {

constexpr Index queries_a_block = 64;

class BruteForce final : public RowSearch {
 public:
  BruteForce(const MatrixView& points, const ReducedDistance& reduced, const Context& context)
      : RowSearch(points, context), reduced_(reduced) {}

  void nearest_of_all(const NearestTask& task, const Context& context) const override {
    if (reduced_.is_squared() && products_pay(task.n_queries, points_.rows(), task.k))
      return nearest_by_products(points_, task.itself() ? MatrixView(points_) : *task.queries, task,
                                 context);
    parallel_for(context, task.n_queries, queries_a_block, [&](Index begin, Index end) {
      context.check_stop(task.who);
      std::vector<BestHits> best;
      for (Index i = begin; i < end; ++i) best.emplace_back(task.k_found(), reduced_);
      SearchWork work;
      for_each_block([&](const PointBlock& block, Index first) {
        for (Index i = begin; i < end; ++i) {
          BestHits& hits = best[static_cast<std::size_t>(i - begin)];
          visit(query_of(task, i), block, first, hits.limit(),
                [&](double distance, Index row) { hits.offer(distance, row); });
        }
        work.read_points((end - begin) * block.n_points, block.d);
      });
      for (Index i = begin; i < end; ++i)
        task.write(i, best[static_cast<std::size_t>(i - begin)].sorted());
      work.count_in(context);
    });
  }

  void nearest(const double* query, BestHits& best, SearchWork& work) const override {
    for_each_block([&](const PointBlock& block, Index first) {
      visit(query, block, first, best.limit(),
            [&](double distance, Index row) { best.offer(distance, row); });
      work.read_points(block.n_points, block.d);
    });
  }

  void within(const double* query, double reach, std::vector<Hit>& hits,
              SearchWork& work) const override {
    for_each_block([&](const PointBlock& block, Index first) {
      visit(query, block, first, reach, [&](double distance, Index row) {
        hits.push_back({distance, row});
      });
      work.read_points(block.n_points, block.d);
    });
  }

 private:
  /// f(block, row of its first point) for all points.
  template <class F>
  void for_each_block(const F& f) const {
    BlockReader read(*reduced_.kernel, points_.cols());
    for (Index first = 0; first < points_.rows(); first += PointBlock::lanes)
      f(read(points_.row(first).data(), std::min(PointBlock::lanes, points_.rows() - first)),
        first);
  }

  /// f(reduced distance, row) for the points of a block within `limit`.
  template <class F>
  void visit(const double* query, const PointBlock& block, Index first, double limit,
             const F& f) const {
    std::array<double, PointBlock::lanes> distances;
    reduced_.kernel->distances(query, block, distances.data());
    for (Index i = 0; i < block.n_points; ++i) {
      const double distance = distances[static_cast<std::size_t>(i)];
      if (distance > limit) continue;
      check_distance(distance, first + i);
      f(distance, first + i);
    }
  }

  ReducedDistance reduced_;
};

}  // namespace

std::unique_ptr<SearchBackEnd> make_brute_force(const MatrixView& points,
                                                const ReducedDistance& reduced,
                                                const Context& context) {
  return std::make_unique<BruteForce>(points, reduced, context);
}

}  // namespace grove
