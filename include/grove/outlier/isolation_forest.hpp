#pragma once

#include <cstdint>
#include <memory>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

struct IsolationForestParams {
  int n_estimators = 100;
  /// Points drawn without replacement for each tree; at most all.
  int max_samples = 256;
  /// Share of the fitted points to be called outliers; 0: those whose score is below -0.5.
  double contamination = 0;
  std::uint64_t seed = 0;
  static const Schema<IsolationForestParams>& schema();
};

/// How easily a point is told apart from the others (Liu, Ting & Zhou, "Isolation forest", ICDM
/// 2008): each tree splits a few points at random thresholds of random columns until every one is
/// alone or the depth is log2(max_samples), rounded up. The score is -2^(-h / c), h the mean depth
/// at which a point ends up (with c of the points that share its leaf added) and c that of an
/// unsuccessful search in a binary search tree of max_samples points: in [-1, 0), about -0.5 for
/// points like most, lower for outliers. Columns that are constant among the points of a node are
/// not drawn. Throws InvalidData for fewer than 2 points. Fit: O(n_estimators * max_samples *
/// (log max_samples) * n_columns).
class IsolationForest {
 public:
  using Params = IsolationForestParams;
  static constexpr std::string_view type_name = "IsolationForest";
  static constexpr Capabilities capabilities{.sample_weights = false};

  explicit IsolationForest(IsolationForestParams params = {}) : params_(std::move(params)) {}
  const IsolationForestParams& params() const { return params_; }
  IsolationForest& fit(const Dataset& data, const Context& context = {});
  IsolationForest& fit(const MatrixView& x, const Context& context = {});

  Vector score_samples(const MatrixView& x, const Context& context = {}) const;
  /// 1, or -1 where the score is below threshold().
  Labels predict(const MatrixView& x, const Context& context = {}) const;
  double threshold() const;
  /// Their values are path lengths.
  const TreeEnsemble& trees() const;

  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static IsolationForest load_state(const IsolationForestParams& params, const StateReader& reader);

 private:
  struct State;
  IsolationForestParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
