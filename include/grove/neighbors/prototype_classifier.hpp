#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

struct PrototypeClassifierParams {
  /// Prototypes of each class; all its rows if it has no more.
  int n_prototypes = 5;
  std::uint64_t seed = 0;
  static const Schema<PrototypeClassifierParams>& schema();
};

/// The class of the nearest prototype, where the prototypes of a class are its k-means centres
/// (Hastie, Tibshirani & Friedman 2009, section 13.2.1): a search among a few points in the place
/// of all, at the price of some accuracy. One prototype a class is NearestCentroid. Euclidean;
/// equal distances go to the lower class code. Fit O(n k d), predict O(K k d) per row.
class PrototypeClassifier {
 public:
  using Params = PrototypeClassifierParams;
  static constexpr std::string_view type_name = "PrototypeClassifier";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit PrototypeClassifier(PrototypeClassifierParams params = {}) : params_(params) {}
  const PrototypeClassifierParams& params() const { return params_; }
  PrototypeClassifier& fit(const Dataset& data, const Context& context = {});
  PrototypeClassifier& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;

  /// Class by class, and the class of each.
  const Matrix& prototypes() const;
  const Labels& prototype_labels() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static PrototypeClassifier load_state(const PrototypeClassifierParams& params,
                                        const StateReader& reader);

 private:
  struct State;
  PrototypeClassifierParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
