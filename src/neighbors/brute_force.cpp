#include <array>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

namespace {

/// So many points are met by a query at once: each still adds up its own pair in the order of the
/// columns, but the sums do not wait for each other.
constexpr Index block_size = 8;
using Block = std::array<double, block_size>;

class BruteForce final : public RowSearch {
 public:
  BruteForce(const MatrixView& points, const ReducedDistance& reduced, const Context& context)
      : RowSearch(points, context), reduced_(reduced) {}

  void nearest_of_all(const NearestTask& task, const Context& context) const override {
    if (reduced_.metric == Metric::euclidean &&
        products_pay(task.n_queries(), points_.rows(), task.k))
      return nearest_by_products(points_, task.itself() ? MatrixView(points_) : *task.queries, task,
                                 context);
    RowSearch::nearest_of_all(task, context);
  }

  std::uint64_t nearest(const double* query, BestHits& best) const override {
    each(query, [&](double distance, Index row) {
      if (distance <= best.limit()) best.offer(distance, row);
    });
    return static_cast<std::uint64_t>(points_.rows());
  }

  std::uint64_t within(const double* query, double reach, std::vector<Hit>& hits) const override {
    each(query, [&](double distance, Index row) {
      if (distance <= reach) hits.push_back({distance, row});
    });
    return static_cast<std::uint64_t>(points_.rows());
  }

 private:
  template <class Visit>
  void each(const double* query, const Visit& visit) const {
    const Index n = points_.rows();
    const Index n_in_blocks = n / block_size * block_size;
    for (Index first = 0; first < n_in_blocks; first += block_size) {
      const Block sums = distances(query, points_.row(first).data());
      for (Index i = 0; i < block_size; ++i) visit(sums[static_cast<std::size_t>(i)], first + i);
    }
    for (Index row = n_in_blocks; row < n; ++row)
      visit(reduced_(query, points_.row(row).data(), points_.cols()), row);
  }

  Block distances(const double* query, const double* points) const {
    switch (reduced_.metric) {
      case Metric::euclidean:
        return accumulate(query, points, [](double sum, double difference) {
          return sum + difference * difference;
        });
      case Metric::manhattan:
        return accumulate(query, points,
                          [](double sum, double difference) { return sum + std::abs(difference); });
      case Metric::chebyshev:
        return accumulate(query, points, [](double sum, double difference) {
          return std::max(sum, std::abs(difference));
        });
      default:
        return accumulate(query, points, [this](double sum, double difference) {
          return sum + reduced_.term(difference);
        });
    }
  }
  template <class Add>
  Block accumulate(const double* query, const double* points, const Add& add) const {
    const Index d = points_.cols();
    Block sums{};
    for (Index j = 0; j < d; ++j)
      for (Index i = 0; i < block_size; ++i)
        sums[static_cast<std::size_t>(i)] =
            add(sums[static_cast<std::size_t>(i)], query[j] - points[i * d + j]);
    return sums;
  }

  ReducedDistance reduced_;
};

/// A distance of the user's, block by block.
class UserBruteForce final : public RowSearch {
 public:
  UserBruteForce(const MatrixView& points, const Distance& metric, const Context& context)
      : RowSearch(points, context), metric_(metric) {}

  std::uint64_t nearest(const double* query, BestHits& best) const override {
    each(query, [&](double distance, Index row) { best.offer(distance, row); });
    return static_cast<std::uint64_t>(points_.rows());
  }
  std::uint64_t within(const double* query, double reach, std::vector<Hit>& hits) const override {
    each(query, [&](double distance, Index row) {
      if (distance <= reach) hits.push_back({distance, row});
    });
    return static_cast<std::uint64_t>(points_.rows());
  }

 private:
  template <class Visit>
  void each(const double* query, const Visit& visit) const {
    std::array<double, 256> distances;
    constexpr auto most = static_cast<Index>(distances.size());
    for (Index first = 0; first < points_.rows(); first += most) {
      const Index count = std::min(most, points_.rows() - first);
      metric_.user_distances(query, points_.row(first).data(), count, points_.cols(),
                             distances.data());
      for (Index i = 0; i < count; ++i) {
        const double distance = distances[static_cast<std::size_t>(i)];
        if (!(distance >= 0))
          throw InvalidData(
              concat("the user's distance returned ", distance, " for reference row ", first + i),
              "a distance is a number >= 0");
        visit(distance, first + i);
      }
    }
  }

  Distance metric_;
};

}  // namespace

std::unique_ptr<SearchBackEnd> make_brute_force(const MatrixView& points, const Distance& metric,
                                                const ReducedDistance& reduced,
                                                const Context& context) {
  if (metric.metric() == Metric::user)
    return std::make_unique<UserBruteForce>(points, metric, context);
  return std::make_unique<BruteForce>(points, reduced, context);
}

}  // namespace grove
