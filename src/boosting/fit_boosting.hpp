#pragma once

#include "boosting/boosted_model.hpp"
#include "boosting/trainer.hpp"
#include "grove/core/fit_scope.hpp"

// What the three estimators share.

namespace grove {

/// Checks parameters and data, trains, and fills the report. `old` is what a warm start goes on
/// from.
template <class Model>
std::shared_ptr<const BoostedModel> fit_boosting(TargetKind kind, const Model& model,
                                                 GradientBoostingParams params, const Dataset& data,
                                                 const BoostingOptions& options,
                                                 const std::shared_ptr<const BoostedModel>& old,
                                                 const Context& context,
                                                 const BinnedDataset* binned = nullptr) {
  GradientBoostingParams::schema().check(params, model.type_name);
  check_fit_data(model.type_name, data, kind, model.capabilities);
  if (binned != nullptr) binned->check(model.type_name, params);
  const FitScope scope(context);
  TrainingTask task{model.type_name, params, kind, data, options};
  if (binned != nullptr) {
    task.bins = binned->bins();
    task.rows = binned->rows().get();
  }
  if (params.warm_start) task.start = old.get();
  auto fitted = std::make_shared<BoostedModel>(train_boosted(task, scope.context()));
  fitted->report = scope.finish(std::move(fitted->report));
  return fitted;
}

}  // namespace grove
