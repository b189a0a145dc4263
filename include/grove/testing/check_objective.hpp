#pragma once

#include <vector>

#include "grove/boosting/objective.hpp"
#include "grove/testing/violation.hpp"

namespace grove {

/// What boosting relies on, as checks of an objective of your own. `data` is some rows that the
/// loss is defined for, a hundred or so, with the weights, groups and classes that it needs:
///
///     const ObjectiveData data{target, weights};
///     for (const Violation& v : check_objective(MyLoss{}, data)) std::cerr << v.check << ": " <<
///     v.message;
///
/// accepts_target: the data pass check_target. finite_start: n_outputs finite scores.
/// finite_derivatives: hessians of at least 0, all finite, at scores from -100 to 100.
/// same_for_any_threads: the same bits for 1 to 4 threads. Unless the objective sees all rows at
/// once, also rows_are_alone: a row's derivatives do not depend on the others; and
/// gradient_of_loss, if it has one: the gradients are the loss's derivatives up to one positive
/// factor for all rows, those at a kink left out. Empty = kept.
std::vector<Violation> check_objective(const Objective& objective, const ObjectiveData& data);

}  // namespace grove
