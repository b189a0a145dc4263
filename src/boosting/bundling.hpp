#pragma once

#include "boosting/binning.hpp"

namespace grove {

/// Fills `places` and `group_codes`: one group per column, or bundles of columns that are never
/// away from their commonest bin in the same row. O(n d + columns that can be bundled^2 n / 64).
void place_columns(const Dataset& data, bool bundle, BinnedData& binned);

}  // namespace grove
