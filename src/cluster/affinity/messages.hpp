#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

// The messages of affinity propagation.

namespace grove::cluster {

struct MessageRules {
  double damping = 0.5;
  int max_iter = 200;
  int convergence_iter = 15;
};

struct Exemplars {
  std::vector<Index> rows;  // ascending
  int iterations = 0;
  bool converged = false;
};

/// `similarities` has the preferences on its diagonal. Takes 2 n^2 numbers more.
Exemplars pass_messages(std::string_view who, const Matrix& similarities, const MessageRules& rules,
                        const Context& context);

/// Of each cluster (rows by their nearest exemplar, an exemplar by itself) the row with the least
/// sum of squared distances to its members, the lowest of equal ones; ascending.
std::vector<Index> refined(const MatrixView& x, std::vector<Index> exemplars);

}  // namespace grove::cluster
