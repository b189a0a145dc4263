#pragma once

#include "grove/estimator/estimator.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

/// The trees behind a fitted model, or null if it is not made of trees; of a pipeline those of its
/// last step, which see the columns that the steps before make. They live as long as `model`.
/// Throws NotFitted.
const TreeEnsemble* trees_of(const Estimator& model);

}  // namespace grove
