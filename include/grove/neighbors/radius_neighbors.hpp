#pragma once

#include "grove/neighbors/k_neighbors.hpp"

namespace grove {

struct RadiusNeighborsParams {
  /// Largest distance of a neighbour, itself included.
  double radius = 1.0;
  VoteWeights weights = Weights::uniform;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;
  int leaf_size = 30;
  static const Schema<RadiusNeighborsParams>& schema();
};

/// Classification by a vote of all neighbours within a radius (Bentley, Stanat & Williams 1977).
/// Votes weigh as in KNeighborsClassifier; a row of sample weight w counts w times. A query without
/// neighbours gets the class shares of the training data, so that scale the columns first: the
/// default radius suits standardised ones. Time per query O(log n + neighbours) for a tree.
class RadiusNeighborsClassifier {
 public:
  using Params = RadiusNeighborsParams;
  static constexpr std::string_view type_name = "RadiusNeighborsClassifier";
  static constexpr Capabilities capabilities{};

  explicit RadiusNeighborsClassifier(RadiusNeighborsParams params = {})
      : params_(std::move(params)) {}
  const RadiusNeighborsParams& params() const { return params_; }
  RadiusNeighborsClassifier& fit(const Dataset& data, const Context& context = {});
  RadiusNeighborsClassifier& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  /// n x K, one column per class of the data set.
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  /// The neighbours behind a prediction, as rows of the training data, nearest first.
  RadiusNeighbors radius_neighbors(const MatrixView& x, std::optional<double> radius = {},
                                   const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static RadiusNeighborsClassifier load_state(const RadiusNeighborsParams& params,
                                              const StateReader& reader);

 private:
  struct State;
  RadiusNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

/// Regression by the (weighted) mean target of all neighbours within a radius. A query without
/// neighbours gets the mean of the training data; else as the classifier.
class RadiusNeighborsRegressor {
 public:
  using Params = RadiusNeighborsParams;
  static constexpr std::string_view type_name = "RadiusNeighborsRegressor";
  static constexpr Capabilities capabilities{};

  explicit RadiusNeighborsRegressor(RadiusNeighborsParams params = {})
      : params_(std::move(params)) {}
  const RadiusNeighborsParams& params() const { return params_; }
  RadiusNeighborsRegressor& fit(const Dataset& data, const Context& context = {});
  RadiusNeighborsRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;
  RadiusNeighbors radius_neighbors(const MatrixView& x, std::optional<double> radius = {},
                                   const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static RadiusNeighborsRegressor load_state(const RadiusNeighborsParams& params,
                                             const StateReader& reader);

 private:
  struct State;
  RadiusNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
