#include <array>
#include <cmath>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "neighbors/point_index.hpp"

namespace grove {

namespace {

/// Points are stored in blocks, coordinate by coordinate, so that one query meets a whole block in
/// vector registers; each lane still adds up its own pair in the order of the columns.
constexpr Index block_size = 16;
using Block = std::array<double, block_size>;

class BruteForce final : public SearchBackEnd {
 public:
  BruteForce(const Matrix& points, const ReducedDistance& reduced)
      : points_(points), n_(points.rows()), d_(points.cols()), reduced_(reduced) {
    const Index n_blocks = (n_ + block_size - 1) / block_size;
    blocks_.assign(static_cast<std::size_t>(n_blocks * d_ * block_size), 0.0);
    for (Index i = 0; i < n_; ++i)
      for (Index j = 0; j < d_; ++j)
        blocks_[static_cast<std::size_t>((i / block_size * d_ + j) * block_size + i % block_size)] =
            points(i, j);
  }

  void nearest_of_all(const NearestTask& task, const Context& context) const override {
    if (reduced_.metric == Metric::euclidean && products_pay(task.queries.rows(), n_, task.k))
      return nearest_by_products(points_, task, context);
    SearchBackEnd::nearest_of_all(task, context);
  }

  std::uint64_t nearest(const double* query, BestHits& best) const override {
    Block sums;
    for (Index first = 0; first < n_; first += block_size) {
      distances(query, first, sums);
      const Index count = std::min(block_size, n_ - first);
      for (Index i = 0; i < count; ++i)
        if (sums[static_cast<std::size_t>(i)] <= best.limit())
          best.offer(sums[static_cast<std::size_t>(i)], first + i);
    }
    return static_cast<std::uint64_t>(n_);
  }

  std::uint64_t within(const double* query, double reach, std::vector<Hit>& hits) const override {
    Block sums;
    for (Index first = 0; first < n_; first += block_size) {
      distances(query, first, sums);
      const Index count = std::min(block_size, n_ - first);
      for (Index i = 0; i < count; ++i)
        if (sums[static_cast<std::size_t>(i)] <= reach)
          hits.push_back({sums[static_cast<std::size_t>(i)], first + i});
    }
    return static_cast<std::uint64_t>(n_);
  }

 private:
  void distances(const double* query, Index first, Block& sums) const {
    const double* block = blocks_.data() + first * d_;
    sums.fill(0);
    switch (reduced_.metric) {
      case Metric::euclidean:
        accumulate(query, block, sums,
                   [](double sum, double difference) { return sum + difference * difference; });
        break;
      case Metric::manhattan:
        accumulate(query, block, sums,
                   [](double sum, double difference) { return sum + std::abs(difference); });
        break;
      case Metric::chebyshev:
        accumulate(query, block, sums, [](double sum, double difference) {
          return std::max(sum, std::abs(difference));
        });
        break;
      default:
        accumulate(query, block, sums, [this](double sum, double difference) {
          return sum + reduced_.term(difference);
        });
    }
  }
  template <class Add>
  void accumulate(const double* query, const double* block, Block& sums, const Add& add) const {
    for (Index j = 0; j < d_; ++j)
      for (Index i = 0; i < block_size; ++i)
        sums[static_cast<std::size_t>(i)] =
            add(sums[static_cast<std::size_t>(i)], query[j] - block[j * block_size + i]);
  }

  const Matrix& points_;
  Index n_;
  Index d_;
  ReducedDistance reduced_;
  std::vector<double> blocks_;
};

/// A distance of the user's, block by block.
class UserBruteForce final : public SearchBackEnd {
 public:
  UserBruteForce(const Matrix& points, const Distance& metric) : points_(points), metric_(metric) {}

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

  const Matrix& points_;
  Distance metric_;
};

}  // namespace

std::unique_ptr<SearchBackEnd> make_brute_force(const Matrix& points, const Distance& metric,
                                                const ReducedDistance& reduced) {
  if (metric.metric() == Metric::user) return std::make_unique<UserBruteForce>(points, metric);
  return std::make_unique<BruteForce>(points, reduced);
}

}  // namespace grove
