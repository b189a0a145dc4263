#pragma once

#include "grove/tree/tree.hpp"

namespace grove {

/// The output that the first value of tree t adds to.
inline Index first_output(const TreeEnsemble& ensemble, std::size_t t) {
  return ensemble.trees[t].n_outputs > 1 ? 0 : static_cast<Index>(t) % ensemble.n_outputs();
}

}  // namespace grove
