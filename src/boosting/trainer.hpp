#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "boosting/binning.hpp"
#include "boosting/boosted_model.hpp"

namespace grove {

/// What a model is trained on.
struct TrainingTask {
  std::string_view who;
  const GradientBoostingParams& params;
  TargetKind kind;
  const Dataset& data;
  const BoostingOptions& options;
  /// Made for the purpose if null.
  std::shared_ptr<const BinnedData> bins = nullptr;
  /// Ascending; null: all.
  const std::vector<Index>* rows = nullptr;
  /// The model that a warm start goes on from, or null.
  const BoostedModel* start = nullptr;
};

/// Rounds of boosting; params and data have passed their checks.
BoostedModel train_boosted(const TrainingTask& task, const Context& context);

/// Checks what the params say of the columns: lengths of monotonic_cst, names in interaction_cst.
struct Constraints constraints_of(std::string_view who, const GradientBoostingParams& params,
                                  const Dataset& data);

/// Bins for fits with these params; `weights` 0 keeps a row out.
std::shared_ptr<const BinnedData> bins_for(const GradientBoostingParams& params,
                                           const Dataset& data, const Vector& weights,
                                           const Context& context);

}  // namespace grove
