#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "grove/neighbors/nearest_neighbors.hpp"

// The one search behind every neighbours estimator. A back end works with reduced distances
// (squared for euclidean, the sum of powers for minkowski), computed for a pair by one sequence of
// operations, so that all back ends order points alike.

namespace grove {

/// A candidate; ordered by (distance, row).
struct Hit {
  double distance = 0;
  Index row = 0;
  bool operator<(const Hit& other) const {
    return distance < other.distance || (distance == other.distance && row < other.row);
  }
};

/// |a - b| summed up as the metric wants it, in the order of the columns.
struct ReducedDistance {
  Metric metric = Metric::euclidean;
  double p = 2;
  double term(double difference) const;
  double operator()(const double* a, const double* b, Index n) const;
  /// Reduced to true distance.
  double finish(double reduced) const;
  /// A reduced distance that no point within the true `distance` exceeds, in whatever order its
  /// terms are added up: a little too large, for pruning only.
  double reach(double distance) const;
};

/// The k best hits so far by (true distance, row): a heap with the worst on top. Two reduced
/// distances may round to one true distance; the row then decides, as the caller sees it.
class BestHits {
 public:
  BestHits(Index k, const ReducedDistance& reduced)
      : k_(static_cast<std::size_t>(k)), reduced_(reduced) {
    hits_.reserve(k_);
  }
  bool full() const { return hits_.size() == k_; }
  /// A hit at a larger reduced distance than this cannot enter.
  double limit() const { return limit_; }
  void offer(double reduced_distance, Index row) {
    const Hit hit{reduced_.finish(reduced_distance), row};
    if (!full()) {
      hits_.push_back(hit);
      std::push_heap(hits_.begin(), hits_.end());
    } else if (hit < hits_.front()) {
      std::pop_heap(hits_.begin(), hits_.end());
      hits_.back() = hit;
      std::push_heap(hits_.begin(), hits_.end());
    }
    if (full()) limit_ = reduced_.reach(hits_.front().distance);
  }
  /// Nearest first; the heap is used up.
  const std::vector<Hit>& sorted() {
    std::sort_heap(hits_.begin(), hits_.end());
    return hits_;
  }

 private:
  std::size_t k_;
  ReducedDistance reduced_;
  double limit_ = std::numeric_limits<double>::infinity();
  std::vector<Hit> hits_;
};

/// The k nearest of many queries, wanted at once.
struct NearestTask {
  std::string_view who;
  const MatrixView* queries;  // null: the points themselves, each leaving itself out
  Index k;
  const ReducedDistance& reduced;
  Neighbors& result;

  bool itself() const { return queries == nullptr; }
  Index n_queries() const { return result.rows.rows(); }
  /// The first k of the hits are the answer of a query.
  void write(Index row, const std::vector<Hit>& hits) const;
};

/// A way to search. Counts the distances that it computed.
class SearchBackEnd {
 public:
  virtual ~SearchBackEnd() = default;
  virtual void nearest_of_all(const NearestTask& task, const Context& context) const = 0;
  /// Of one query.
  virtual std::uint64_t nearest(const double* query, BestHits& best) const = 0;
  /// All hits with reduced distance at most `reach`, in any order.
  virtual std::uint64_t within(const double* query, double reach, std::vector<Hit>& hits) const = 0;
  /// The points, in their order.
  virtual Matrix points() const = 0;
};

/// One that keeps the points as they came, and by default takes query after query.
class RowSearch : public SearchBackEnd {
 public:
  RowSearch(const MatrixView& points, const Context& context);
  void nearest_of_all(const NearestTask& task, const Context& context) const override;
  Matrix points() const final { return points_; }

 protected:
  /// Row-major memory of one query, whatever the stride.
  const double* query_of(const NearestTask& task, Index row) const {
    return task.itself() ? points_.row(row).data()
                         : task.queries->data() + row * task.queries->outerStride();
  }

  Matrix points_;
};

std::unique_ptr<SearchBackEnd> make_brute_force(const MatrixView& points, const Distance& metric,
                                                const ReducedDistance& reduced,
                                                const Context& context);
/// Brute force by products of matrices: for many queries, and euclidean distance. Exact. `queries`
/// are the task's, or the points.
void nearest_by_products(const Matrix& points, const MatrixView& queries, const NearestTask& task,
                         const Context& context);
bool products_pay(Index n_queries, Index n_points, Index k);

std::unique_ptr<SearchBackEnd> make_nanoflann(const MatrixView& points,
                                              const ReducedDistance& reduced, int leaf_size,
                                              const Context& context);
std::unique_ptr<SearchBackEnd> make_kd_tree(const MatrixView& points,
                                            const ReducedDistance& reduced, int leaf_size,
                                            const Context& context);

/// The constraint of a parameter that names a metric.
Constraint metric_constraint();

class PointIndex {
 public:
  struct Settings {
    Algorithm algorithm = Algorithm::automatic;
    Distance metric = Metric::euclidean;
    double p = 2;
    int leaf_size = 30;
  };

  /// Throws InvalidParameter naming `who` for a metric that the algorithm cannot serve.
  PointIndex(std::string_view who, const MatrixView& points, const Settings& settings,
             const Context& context = {});

  Matrix points() const { return back_end_->points(); }
  Index n_points() const { return n_points_; }
  Algorithm algorithm() const { return algorithm_; }

  /// k nearest of every query (k <= n); null: of the points, each leaving itself out.
  Neighbors nearest(std::string_view who, const MatrixView* queries, Index k,
                    const Context& context) const;
  RadiusNeighbors within(std::string_view who, const MatrixView* queries, double radius,
                         const Context& context) const;
  /// One query, for callers that loop themselves; hits carry true distances, nearest first.
  std::vector<Hit> nearest(const double* query, Index k, std::uint64_t& evaluations) const;
  /// Throws InvalidData if a distance from a row of x could overflow.
  void check_queries(std::string_view who, const MatrixView& x, const Context& context) const;

 private:
  Index n_points_;
  Distance metric_;
  ReducedDistance reduced_;
  Algorithm algorithm_;
  Eigen::RowVectorXd low_, high_;  // bounding box
  std::unique_ptr<SearchBackEnd> back_end_;
};

}  // namespace grove
