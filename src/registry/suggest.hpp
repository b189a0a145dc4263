#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grove {

/// As `did_you_mean`, and where no name is near in spelling, the names that begin alike or contain
/// the word, whatever the case: "KNeighbours" finds KNeighborsClassifier and KNeighborsRegressor.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace grove
