#pragma once

#include <vector>

#include "grove/estimator/drawing.hpp"
#include "grove/estimator/estimator.hpp"

namespace grove {

/// What a fitted clusterer has to show besides its labels: the dendrogram of
/// AgglomerativeClustering, the condensed tree of HDBSCAN, the reachability plot of OPTICS; of a
/// pipeline that of its last step. Empty for other models. Throws NotFitted.
std::vector<Drawing> drawings_of(const Estimator& model);

}  // namespace grove
