#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grove/neighbors/nearest_neighbors.hpp"
#include "neighbors/metric_space.hpp"
#include "neighbors/search.hpp"

namespace grove {

/// Throw InvalidParameter naming `who`: for a number of neighbours that is not in 1..n; for a
/// metric that the algorithm cannot search by.
void check_k(std::string_view who, Index k, Index n);
void check_serves(std::string_view who, Algorithm algorithm, const Distance& metric);

/// The one search behind every neighbours estimator: a metric, the points prepared for it, and a
/// back end over them. Its answers have true distances and are ordered by (distance, row).
class PointIndex {
 public:
  struct Settings {
    Algorithm algorithm = Algorithm::automatic;
    Distance metric = Metric::euclidean;
    double p = 2;
    int leaf_size = 30;
  };

  /// `columns` say which of the points' columns are categorical; empty: none. Throws
  /// InvalidParameter naming `who` for a metric that the algorithm cannot serve, InvalidData for
  /// points that the metric cannot take.
  PointIndex(std::string_view who, const MatrixView& points, const std::vector<Column>& columns,
             const Settings& settings, const Context& context = {});

  Matrix points() const { return as_given_ ? *as_given_ : back_end_->points(); }
  Index n_points() const { return n_points_; }
  Algorithm algorithm() const { return algorithm_; }
  /// Notes what was chosen and why, if anything was left to choose.
  FitReport report() const;

  /// k nearest of every query (k <= n); null: of the points, each leaving itself out.
  Neighbors nearest(std::string_view who, const MatrixView* queries, Index k,
                    const Context& context) const;
  /// The same into memory of the caller's, n_queries x k.
  void nearest(std::string_view who, const MatrixView* queries, Index k, Index* rows,
               double* distances, const Context& context) const;
  /// With all that tie with the k-th.
  RadiusNeighbors nearest_with_ties(std::string_view who, const MatrixView* queries, Index k,
                                    const Context& context) const;
  RadiusNeighbors within(std::string_view who, const MatrixView* queries, double radius,
                         const Context& context) const;
  /// The same with a radius for each query; a negative one finds nothing.
  RadiusNeighbors within(std::string_view who, const MatrixView* queries, const Vector& radii,
                         const Context& context) const;
  /// f(query, hits within radius_of(query), nearest first) for every row of x, without keeping
  /// them: a thread holds those of one query at a time.
  void for_each_within(std::string_view who, const MatrixView& x,
                       const std::function<double(Index)>& radius_of,
                       const std::function<void(Index, const std::vector<Hit>&)>& f,
                       const Context& context) const;
  /// Throws InvalidData for a row of x that the metric cannot take.
  void check_queries(std::string_view who, const MatrixView& x, const Context& context) const {
    space_.check(who, x, context);
  }

 private:
  void each_within(std::string_view who, const MatrixView& prepared,
                   const std::function<double(Index)>& radius_of,
                   const std::function<void(Index, const std::vector<Hit>&)>& f,
                   const Context& context) const;
  void find_within(const double* query, double radius, std::vector<Hit>& hits,
                   SearchWork& work) const;

  Index n_points_;
  MetricSpace space_;
  Algorithm algorithm_ = Algorithm::brute;
  std::string choice_;              // a sentence, or nothing
  std::optional<Matrix> as_given_;  // if the metric prepares points
  std::unique_ptr<SearchBackEnd> back_end_;
};

/// Throws Unsupported naming `who` for a distance that no file can hold.
void check_savable(std::string_view who, const Distance& metric);
/// The index as its points, and back. Saving throws Unsupported for a distance that no file can
/// hold.
Value::Map save_index(std::string_view who, const PointIndex& index, const Distance& metric);
PointIndex load_index(std::string_view who, const PointIndex::Settings& settings,
                      const std::vector<Column>& columns, const StateReader& reader);

}  // namespace grove
