#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

struct LocalOutlierFactorParams {
  /// Neighbours that a point is compared with; at most the other points, with a warning.
  int n_neighbors = 20;
  /// Share of the fitted points to be called outliers; 0: those whose factor is above 1.5.
  double contamination = 0;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;
  int leaf_size = 30;
  static const Schema<LocalOutlierFactorParams>& schema();
};

/// How much thinner a point's surroundings are than its neighbours' (Breunig, Kriegel, Ng & Sander
/// 2000): the mean local density of the neighbours over its own. About 1 inside a cluster, more
/// outside. Scores are minus the factor, so that more is more usual. New points are compared with
/// the fitted ones. Throws InvalidData for fewer than 2 points. Time as of NearestNeighbors.
class LocalOutlierFactor {
 public:
  using Params = LocalOutlierFactorParams;
  static constexpr std::string_view type_name = "LocalOutlierFactor";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit LocalOutlierFactor(LocalOutlierFactorParams params = {}) : params_(std::move(params)) {}
  const LocalOutlierFactorParams& params() const { return params_; }
  LocalOutlierFactor& fit(const Dataset& data, const Context& context = {});
  LocalOutlierFactor& fit(const MatrixView& x, const Context& context = {});

  /// Minus the factor of each point as a new one: a fitted point is its own neighbour here.
  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  /// 1, or -1 where the score is below threshold().
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// Of the fitted points, each among the others.
  const Vector& training_scores() const;
  double threshold() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static LocalOutlierFactor load_state(const LocalOutlierFactorParams& params,
                                       const StateReader& reader);

 private:
  struct State;
  LocalOutlierFactorParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
