#pragma once

#include "grove/estimator/estimator.hpp"
#include "grove/neighbors/nearest_neighbors.hpp"

namespace grove {

/// A fitted model as {"model": types and parameters, "state": what was learned}.
/// Throws NotFitted or Unsupported.
Value tree_of(const Estimator& model);

/// The inverse; throws ModelFormatError.
Estimator model_from(const Value& tree);

Value tree_of(const NearestNeighbors& index);
NearestNeighbors index_from(const Value& tree);

}  // namespace grove
