#pragma once

#include "grove/neighbors/nearest_neighbors.hpp"
#include "grove/neighbors/vote_weights.hpp"

namespace grove {

/// Who votes if several are as far as the last neighbour.
enum class Ties {
  lowest_row,  // those that come first in the data, so that n_neighbors vote
  all          // all of them: the vote does not depend on the order of the data
};
std::span<const EnumName<Ties>> enum_names(Ties);

struct KNeighborsParams {
  int n_neighbors = 5;
  VoteWeights weights = Weights::uniform;
  Ties ties = Ties::lowest_row;
  Algorithm algorithm = Algorithm::automatic;
  Distance metric = Metric::euclidean;
  double p = 2;
  int leaf_size = 30;
  static const Schema<KNeighborsParams>& schema();
};

/// Classification by a vote of the nearest neighbours (Cover & Hart 1967). Equal votes go to the
/// lower class code. A row of sample weight w counts as w neighbours, the last one in part (as a
/// whole with ties = all). With metric = gower, missing values and categories are welcome. Throws
/// InvalidData if n_neighbors is more than the rows (their weight), or if your vote weights are
/// negative, not finite or all 0. Fit O(n log n), predict O(log n) per row for a tree in few
/// columns, O(n d) for brute force.
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
/// classifier. Of several outputs at once too: `fit_outputs`, `predict_outputs`.
class KNeighborsRegressor {
 public:
  using Params = KNeighborsParams;
  static constexpr std::string_view type_name = "KNeighborsRegressor";
  static constexpr Capabilities capabilities{};

  explicit KNeighborsRegressor(KNeighborsParams params = {}) : params_(std::move(params)) {}
  const KNeighborsParams& params() const { return params_; }
  KNeighborsRegressor& fit(const Dataset& data, const Context& context = {});
  KNeighborsRegressor& fit(const MatrixView& x, const Vector& y, const Context& context = {});
  /// y: one row per row of x, one column per output. Throws InvalidData if it is empty or not
  /// finite.
  KNeighborsRegressor& fit_outputs(const MatrixView& x, const MatrixView& y,
                                   const Context& context = {});
  /// Throws Unsupported after fit_outputs with more than one output.
  Vector predict(const MatrixView& x, const Context& context = {}) const;
  /// One column per output.
  Matrix predict_outputs(const MatrixView& x, const Context& context = {}) const;
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
