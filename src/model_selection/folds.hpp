#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grove/estimator/estimator.hpp"
#include "grove/model_selection/splitter.hpp"

namespace grove {

/// One Split per fold; rows of fold -1 are always trained on.
std::vector<Split> splits_from_folds(const std::vector<int>& fold_of_row, int n_folds, int repeat);

/// 2 <= n_splits <= n, or an error that names `who`.
void check_n_splits(std::string_view who, int n_splits, Index n, std::string_view of_what);

std::string flag_text(bool value);

}  // namespace grove
