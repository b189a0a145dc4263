#pragma once

#include <optional>

#include "grove/cluster/k_means.hpp"

namespace grove {

struct MiniBatchKMeansParams {
  int n_clusters = 8;
  KMeansInit init = KMeansInit::k_means_plus_plus;
  /// Starts, each on its own draw of init_size points; the one with the least inertia on another
  /// draw is taken, the first of equal ones.
  int n_init = 3;
  /// Times that as many points as there are may be drawn.
  int max_iter = 100;
  int batch_size = 1024;
  /// Stops when the centres' squared shifts sum up to at most tol times the mean variance of the
  /// columns; 0 never does.
  double tol = 0;
  /// Steps without a lower running mean of the batch inertia after which to stop; none: never.
  std::optional<int> max_no_improvement = 10;
  /// Points drawn for a start; none: 3 batches, at least 3 n_clusters.
  std::optional<int> init_size = std::nullopt;
  /// Centres that have had fewer points than this share of the largest count are moved to points
  /// of the batch.
  double reassignment_ratio = 0.01;
  std::uint64_t seed = 0;
  static const Schema<MiniBatchKMeansParams>& schema();
};

/// k-means by steps on small draws of the points (Sculley 2010, "Web-scale k-means clustering"):
/// each centre moves to the mean of all points that it has had so far. For data too many for
/// KMeans. Points are drawn by weight, with replacement; an epoch has as many draws as the weights
/// stand for, their sum in units of the least (10 n at most). In the end every point gets its
/// nearest centre, by the rules of KMeans, also for centres that are left without points.
///
/// O(batch_size k d) a step. Errors as for KMeans. report(): iterations are steps, loss_curve the
/// mean inertia of a point of each batch.
class MiniBatchKMeans {
 public:
  using Params = MiniBatchKMeansParams;
  static constexpr std::string_view type_name = "MiniBatchKMeans";
  static constexpr Capabilities capabilities{};

  explicit MiniBatchKMeans(MiniBatchKMeansParams params = {}) : params_(std::move(params)) {}
  const MiniBatchKMeansParams& params() const { return params_; }

  /// A target is not looked at. Throws InvalidParameter, InvalidData or Cancelled; the old model is
  /// then kept.
  MiniBatchKMeans& fit(const Dataset& data, const Context& context = {});
  MiniBatchKMeans& fit(const MatrixView& x, const Context& context = {});
  /// One step with all of these points as the batch, by their weights; the first call starts from
  /// them, so it needs n_clusters different ones. labels() and inertia() are theirs, after the
  /// step.
  MiniBatchKMeans& partial_fit(const Dataset& data, const Context& context = {});
  MiniBatchKMeans& partial_fit(const MatrixView& x, const Context& context = {});

  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x k: euclidean distances to the centres.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Minus the sum of squared distances to the nearest centre.
  double score(const MatrixView& x, const Context& context = {}) const;

  const Labels& labels() const;
  /// k x d.
  const Matrix& cluster_centers() const;
  /// Weighted sum of the squared distances of the rows of labels() to their centres.
  double inertia() const;
  /// Weight of the points that each centre has had.
  const Vector& counts() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static MiniBatchKMeans load_state(const MiniBatchKMeansParams& params, const StateReader& reader);

 private:
  struct State;
  MiniBatchKMeansParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
