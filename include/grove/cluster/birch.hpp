#pragma once

#include <memory>
#include <optional>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct BirchParams {
  /// A point joins the nearest subcluster if that keeps the root mean squared distance of its
  /// points to their mean within this.
  double threshold = 0.5;
  /// Entries of a node of the tree at most.
  int branching_factor = 50;
  /// Clusters that Ward's method makes of the subclusters; none: each subcluster is one.
  std::optional<int> n_clusters = 3;
  static const Schema<BirchParams>& schema();
};

/// One pass over the rows, in their order, sums them up in a tree of subclusters (Zhang,
/// Ramakrishnan & Livny 1996), which are then clustered as points. Splits and ties as
/// scikit-learn's: of equally near entries the first. A subcluster is kept as its size, mean and
/// sum of squared deviations (BETULA; Lang & Schubert 2022), which stay exact far from the origin,
/// where the sums of squares that scikit-learn keeps cancel.
/// Time O(n d branching_factor log(subclusters)), on one thread but for the labels; memory
/// O(subclusters d).
///
/// Labels are those of the nearest subcluster's mean, the first of equally near ones, and are
/// numbered by the lowest row that has them. The order of the rows matters to the result.
class Birch {
 public:
  using Params = BirchParams;
  static constexpr std::string_view type_name = "Birch";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit Birch(BirchParams params = {}) : params_(std::move(params)) {}
  const BirchParams& params() const { return params_; }

  /// A target is not looked at. Fewer subclusters than n_clusters: each is a cluster, with a
  /// warning in report(). Throws InvalidParameter, InvalidData (values beyond 1e140) or Cancelled;
  /// the old model is then kept.
  Birch& fit(const Dataset& data, const Context& context = {});
  Birch& fit(const MatrixView& x, const Context& context = {});

  /// The label of the nearest subcluster; of the training rows these are labels().
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x subclusters: euclidean distances to their means.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;

  /// One per training row.
  const Labels& labels() const;
  /// Subclusters x d: their means.
  const Matrix& subcluster_centers() const;
  /// One per subcluster.
  const Labels& subcluster_labels() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static Birch load_state(const BirchParams& params, const StateReader& reader);

 private:
  struct State;
  BirchParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
