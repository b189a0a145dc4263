#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "grove/data/dataset.hpp"

namespace grove {

struct TrainTestSplitOptions {
  /// Share of the rows to test on; rounded up. The rest is for training unless train_size says less
  /// (rounded down).
  double test_size = 0.25;
  std::optional<double> train_size = {};
  /// Without it the last rows are the test rows.
  bool shuffle = true;
  /// The same class shares in both parts (largest remainders); needs labels and shuffle.
  bool stratify = false;
  std::uint64_t seed = 0;
};

/// Row indices for training and testing. Throws InvalidParameter for a share outside (0, 1) and
/// InvalidData if a part would be empty, or, stratified, if a class has fewer than 2 rows or a part
/// fewer rows than there are classes.
std::pair<std::vector<Index>, std::vector<Index>> train_test_indices(
    const Dataset& data, const TrainTestSplitOptions& options = {});

/// The two parts, with class names and categories of the whole.
std::pair<Dataset, Dataset> train_test_split(const Dataset& data,
                                             const TrainTestSplitOptions& options = {});

}  // namespace grove
