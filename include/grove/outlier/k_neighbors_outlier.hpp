#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

/// Which of the distances to the neighbours counts.
enum class NeighborDistance { largest, mean, median };
std::span<const EnumName<NeighborDistance>> enum_names(NeighborDistance);

struct KNeighborsOutlierParams {
  /// At most the other points, with a warning.
  int n_neighbors = 5;
  NeighborDistance method = NeighborDistance::largest;
  /// Share of the fitted points to be called outliers.
  double contamination = 0.1;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;
  int leaf_size = 30;
  static const Schema<KNeighborsOutlierParams>& schema();
};

/// Points that are far from their neighbours: the distance to the k-th (Ramaswamy, Rastogi & Shim
/// 2000), or the mean or median of the k distances (Angiulli & Pizzuti 2002). Scores are minus the
/// distance, so that more is more usual. Throws InvalidData for fewer than 2 points. Time as of
/// NearestNeighbors.
class KNeighborsOutlier {
 public:
  using Params = KNeighborsOutlierParams;
  static constexpr std::string_view type_name = "KNeighborsOutlier";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit KNeighborsOutlier(KNeighborsOutlierParams params = {}) : params_(std::move(params)) {}
  const KNeighborsOutlierParams& params() const { return params_; }
  KNeighborsOutlier& fit(const Dataset& data, const Context& context = {});
  KNeighborsOutlier& fit(const MatrixView& x, const Context& context = {});

  /// Minus the distance of each point as a new one: a fitted point is its own neighbour here.
  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  /// 1, or -1 where the score is below threshold().
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// Of the fitted points, each among the others.
  const Vector& training_scores() const;
  double threshold() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static KNeighborsOutlier load_state(const KNeighborsOutlierParams& params,
                                      const StateReader& reader);

 private:
  struct State;
  KNeighborsOutlierParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
