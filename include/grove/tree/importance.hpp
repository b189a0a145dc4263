#pragma once

#include "grove/tree/tree.hpp"

namespace grove {

/// What counts as the importance of a column, over all splits on it:
/// gain and cover: the mean of their gains, of their covers; total_gain, total_cover: the sum;
/// split: how many there are. XGBoost's get_score has the same names, with "weight" for split.
/// All of them come from the training data and favour columns with many distinct values; see
/// shap_values for what the columns do to given rows.
enum class Importance { gain, total_gain, split, cover, total_cover };

/// One number per column, 0 for a column without splits; normalised ones sum to 1 (all 0 if no tree
/// has a split). `n_columns` is that of the training data, more than any column number in the
/// trees. O(nodes).
Vector feature_importances(const TreeEnsemble& ensemble, Index n_columns, Importance kind,
                           bool normalised = true);

}  // namespace grove
