#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

enum class Weights { uniform, distance };
std::span<const EnumName<Weights>> enum_names(Weights);

struct KNeighborsParams {
  int n_neighbors = 5;
  Weights weights = Weights::uniform;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;
  int leaf_size = 30;
  static const Schema<KNeighborsParams>& schema();
};

/// Classification by a vote of the nearest neighbours (Cover & Hart 1967). weights = distance:
/// votes weigh 1 / distance; neighbours at distance 0, if any, vote alone. Equal votes go to the
/// lower class code. A row of sample weight w counts as w neighbours, the last one in part. Throws
/// InvalidData if n_neighbors is more than the rows (their weight).
class KNeighborsClassifier {
 public:
  using Params = KNeighborsParams;
  static constexpr std::string_view type_name = "KNeighborsClassifier";
  static constexpr Capabilities capabilities{};

  explicit KNeighborsClassifier(KNeighborsParams params = {}) : params_(std::move(params)) {}
  const KNeighborsParams& params() const { return params_; }
  KNeighborsClassifier& fit(const Dataset& data, const Context& context = {});
  KNeighborsClassifier& fit(const MatrixView& x, const Labels& y, const Context& context = {});
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  Matrix predict_proba(const MatrixView& x, const Context& context = {}) const;
  /// The neighbours behind a prediction, as rows of the training data.
  Neighbors kneighbors(const MatrixView& x, std::optional<Index> k = {},
                       const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static KNeighborsClassifier load_state(const KNeighborsParams& params, const StateReader& reader);

 private:
  struct State;
  KNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

/// Regression by the (weighted) mean of the nearest neighbours' targets; rules as for the
/// classifier.
class KNeighborsRegressor {
 public:
  using Params = KNeighborsParams;
  static constexpr std::string_view type_name = "KNeighborsRegressor";
  static constexpr Capabilities capabilities{};

  explicit KNeighborsRegressor(KNeighborsParams params = {}) : params_(std::move(params)) {}
  const KNeighborsParams& params() const { return params_; }
  KNeighborsRegressor& fit(const Dataset& data, const Context& context = {});
  KNeighborsRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;
  Neighbors kneighbors(const MatrixView& x, std::optional<Index> k = {},
                       const Context& context = {}) const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static KNeighborsRegressor load_state(const KNeighborsParams& params, const StateReader& reader);

 private:
  struct State;
  KNeighborsParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
