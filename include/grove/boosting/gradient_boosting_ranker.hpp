#pragma once

#include "grove/boosting/gradient_boosting.hpp"

namespace grove {

/// LambdaMART: boosted trees that rank the rows of each group (query). The target is a relevance, a
/// whole number from 0; groups() of the data set says which rows belong together; without groups
/// fit throws InvalidData. Burges, "From RankNet to LambdaRank to LambdaMART", MSR-TR-2010-82.
/// predict gives scores: within a group the highest is first. O(sum of group sizes squared) a round
/// beside the trees.
class GradientBoostingRanker {
 public:
  using Params = GradientBoostingParams;
  static constexpr std::string_view type_name = "GradientBoostingRanker";
  static constexpr Capabilities capabilities{
      .missing_values = true, .categorical = true, .ranks_groups = true};

  explicit GradientBoostingRanker(GradientBoostingParams params = {})
      : params_(std::move(params)) {}
  const GradientBoostingParams& params() const { return params_; }
  GradientBoostingRanker& fit(const Dataset& data, const Context& context = {});
  GradientBoostingRanker& fit(const Dataset& data, const BoostingOptions& options,
                              const Context& context = {});
  Vector predict(const MatrixView& x, const Context& context = {}) const;

  Booster booster() const;
  const TreeEnsemble& trees() const;
  int n_iter() const;
  Vector feature_importances() const;
  const TrainedOn& trained_on() const;
  const FitReport& report() const;
  Value save_state() const;
  static GradientBoostingRanker load_state(const GradientBoostingParams& params,
                                           const StateReader& reader);

 private:
  GradientBoostingParams params_;
  std::shared_ptr<const BoostedModel> state_;
};

}  // namespace grove
