#pragma once

#include <string_view>

#include "grove/estimator/estimator.hpp"

namespace grove {

/// Throws, naming `who`, unless `estimator` is a classifier or a regressor and `data` has the
/// target for it.
void check_kind(std::string_view who, const Estimator& estimator, const Dataset& data);

}  // namespace grove
