#pragma once

#include "grove/cluster/k_means.hpp"

namespace grove {

/// Which cluster is cut next: the one with the largest inertia, or with the most weight.
enum class BisectingStrategy { biggest_inertia, largest_cluster };
std::span<const EnumName<BisectingStrategy>> enum_names(BisectingStrategy);

struct BisectingKMeansParams {
  int n_clusters = 8;
  KMeansInit init = KMeansInit::random;
  /// Starts of each cut; the one with the least inertia is kept, the first of equal ones.
  int n_init = 1;
  int max_iter = 300;
  /// As in KMeans, of the variance of the cluster that is cut.
  double tol = 1e-4;
  BisectingStrategy bisecting_strategy = BisectingStrategy::biggest_inertia;
  std::uint64_t seed = 0;
  static const Schema<BisectingKMeansParams>& schema();
};

/// Divisive k-means: one cluster is cut in two by k-means until there are n_clusters (Steinbach,
/// Karypis & Kumar 2000). The leftmost of equal candidates is cut; one whose points are all the
/// same never is. Clusters are numbered from left to right in the tree of cuts. A point belongs to
/// the cluster that it reaches by the nearer centre at each cut, the left one of equally near ones,
/// which need not be the one with the nearest centre of all. Weighted; rows of weight 0 take no
/// part and are labelled afterwards. O(n d log k) an iteration where the cuts are even.
///
/// Errors as for KMeans. report(): iterations of all cuts; loss_curve: the inertia after each cut.
class BisectingKMeans {
 public:
  using Params = BisectingKMeansParams;
  static constexpr std::string_view type_name = "BisectingKMeans";
  static constexpr Capabilities capabilities{};

  explicit BisectingKMeans(BisectingKMeansParams params = {}) : params_(std::move(params)) {}
  const BisectingKMeansParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData or Cancelled; the old model is
  /// then kept.
  BisectingKMeans& fit(const Dataset& data, const Context& context = {});
  BisectingKMeans& fit(const MatrixView& x, const Context& context = {});

  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x k: euclidean distances to the centres.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;

  /// One per training row.
  const Labels& labels() const;
  /// k x d.
  const Matrix& cluster_centers() const;
  /// Weighted sum of the squared distances of the training rows to their clusters' centres.
  double inertia() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static BisectingKMeans load_state(const BisectingKMeansParams& params, const StateReader& reader);

 private:
  struct State;
  BisectingKMeansParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
