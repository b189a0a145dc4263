#pragma once

#include "grove/tree/tree.hpp"

namespace grove {

/// The largest double that is, rounded to float, less than `threshold`, which is a finite float.
double threshold_below(float threshold);

/// One of XGBoost's trees, its leaves times `weight`, nodes renumbered depth first. Throws
/// ModelFormatError.
Tree xgboost_tree(const StateReader& reader, Index n_columns, double weight);

}  // namespace grove
