#pragma once

#include "boosting/grower.hpp"

namespace grove {

/// Gives the leaves of a grown tree lines through the numeric columns of their paths: a ridge
/// regression of the Newton step on the leaf's rows that miss none of them (Shi et al., "Gradient
/// boosting with piece-wise linear regression trees", IJCAI 2019). A leaf with fewer such rows than
/// unknowns keeps its value. Linear in rows, cubic in the columns of a path.
void fit_linear_leaves(const Dataset& data, const GrowTask& task, GrownTree& grown);

}  // namespace grove
