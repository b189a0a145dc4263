#pragma once

#include <string>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"

namespace grove {

/// Something about a data set that one should know before trusting a score on it.
struct Finding {
  /// constant_column, empty_column, duplicate_column, id_like_column, leaking_column,
  /// duplicate_rows, contradicting_rows, small_class
  std::string code;
  std::string text;
};

struct AuditOptions {
  /// A class with fewer rows than this cannot be in every fold.
  int n_folds = 5;
  /// A single column that predicts at least this share of the rows (classes: a tree of as many
  /// leaves as classes; real targets: squared correlation) is called leaking.
  double leak_share = 0.99;
};

/// Findings in the order of the codes above, then of the columns. Missing values equal each other.
/// Time O(d n log n), memory O(n) per thread. The same for any number of threads.
std::vector<Finding> audit(const Dataset& data, const AuditOptions& options = {},
                           const Context& context = {});

}  // namespace grove
