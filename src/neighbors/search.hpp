#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "neighbors/reduced_distance.hpp"

// What a search is asked and how it answers. A back end works with reduced distances, and knows
// nothing of the metric but them.

namespace grove {

/// A candidate; ordered by (distance, row).
struct Hit {
  double distance = 0;
  Index row = 0;
  bool operator<(const Hit& other) const {
    return distance < other.distance || (distance == other.distance && row < other.row);
  }
};

/// The k best hits so far by (true distance, row): a heap with the worst on top. Two reduced
/// distances may round to one true distance; the row then decides, as the caller sees it.
class BestHits {
 public:
  BestHits(Index k, const ReducedDistance& reduced)
      : k_(static_cast<std::size_t>(k)), reduced_(&reduced) {
    hits_.reserve(k_);
  }
  bool full() const { return hits_.size() == k_; }
  /// A hit at a larger reduced distance than this cannot enter.
  double limit() const { return limit_; }
  /// The true distance of the k-th; inf while there are fewer.
  double worst() const {
    return full() ? hits_.front().distance : std::numeric_limits<double>::infinity();
  }
  void offer(double reduced_distance, Index row) {
    const Hit hit{reduced_->finish(reduced_distance), row};
    if (!full()) {
      hits_.push_back(hit);
      std::push_heap(hits_.begin(), hits_.end());
    } else if (hit < hits_.front()) {
      std::pop_heap(hits_.begin(), hits_.end());
      hits_.back() = hit;
      std::push_heap(hits_.begin(), hits_.end());
    }
    if (full()) limit_ = reduced_->reach(hits_.front().distance);
  }
  /// Nearest first; the heap is used up.
  const std::vector<Hit>& sorted() {
    std::sort_heap(hits_.begin(), hits_.end());
    return hits_;
  }

 private:
  std::size_t k_;
  const ReducedDistance* reduced_;
  double limit_ = std::numeric_limits<double>::infinity();
  std::vector<Hit> hits_;
};

/// The k nearest of many queries, wanted at once.
struct NearestTask {
  std::string_view who;
  const MatrixView* queries;  // null: the points themselves, each leaving itself out
  Index n_queries;
  Index k;
  const ReducedDistance& reduced;
  Index* rows;  // n_queries x k
  double* distances;

  bool itself() const { return queries == nullptr; }
  /// How many to find, so that k are left.
  Index k_found() const { return itself() ? k + 1 : k; }
  /// The first k of the hits are the answer of a query; in a task on itself, without its own row.
  void write(Index query, const std::vector<Hit>& hits) const;
};

struct SearchWork {
  std::uint64_t distance_evaluations = 0;
  std::uint64_t nodes_visited = 0;
  /// Coordinates of points that were read for them.
  std::uint64_t bytes_read = 0;
  /// Distances to n points of d doubles.
  void read_points(Index n, Index d) {
    distance_evaluations += static_cast<std::uint64_t>(n);
    bytes_read += static_cast<std::uint64_t>(n * d) * sizeof(double);
  }
  void count_in(const Context& context) const;
};

[[noreturn]] void refuse_distance(double distance, Index row);
/// Throws InvalidData for what a user's distance must not return.
inline void check_distance(double distance, Index row) {
  if (!(distance >= 0)) refuse_distance(distance, row);
}

/// A way to search.
class SearchBackEnd {
 public:
  virtual ~SearchBackEnd() = default;
  virtual void nearest_of_all(const NearestTask& task, const Context& context) const = 0;
  /// Of one query.
  virtual void nearest(const double* query, BestHits& best, SearchWork& work) const = 0;
  /// All hits with reduced distance at most `reach`, and perhaps some farther ones, in any order.
  virtual void within(const double* query, double reach, std::vector<Hit>& hits,
                      SearchWork& work) const = 0;
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

std::unique_ptr<SearchBackEnd> make_brute_force(const MatrixView& points,
                                                const ReducedDistance& reduced,
                                                const Context& context);
/// Brute force by products of matrices: for many queries, and squared distances. Exact. `queries`
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
std::unique_ptr<SearchBackEnd> make_ball_tree(const MatrixView& points,
                                              const ReducedDistance& reduced, int leaf_size,
                                              const Context& context);
std::unique_ptr<SearchBackEnd> make_cells(const MatrixView& points, const ReducedDistance& reduced,
                                          const Context& context);

}  // namespace grove
