#include "grove/registry/trees_of.hpp"

#include "grove/boosting/gradient_boosting.hpp"
#include "grove/boosting/gradient_boosting_ranker.hpp"
#include "grove/estimator/pipeline.hpp"
#include "grove/forest/forest.hpp"
#include "grove/tree/decision_tree.hpp"

namespace grove {

namespace {

template <class... Models>
const TreeEnsemble* first_that_fits(const Estimator& model) {
  const TreeEnsemble* trees = nullptr;
  const auto look = [&](const auto* held) {
    if (held != nullptr) trees = &held->trees();
  };
  (look(model.get_if<Models>()), ...);
  return trees;
}

}  // namespace

const TreeEnsemble* trees_of(const Estimator& model) {
  if (const auto* pipeline = model.get_if<Pipeline>()) return trees_of(pipeline->last());
  return first_that_fits<GradientBoostingClassifier, GradientBoostingRegressor,
                         GradientBoostingRanker, DecisionTreeClassifier, DecisionTreeRegressor,
                         RandomForestClassifier, RandomForestRegressor, ExtraTreesClassifier,
                         ExtraTreesRegressor>(model);
}

}  // namespace grove
