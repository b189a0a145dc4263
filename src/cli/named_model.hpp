#pragma once

#include <string>
#include <utility>

#include "grove/estimator/estimator.hpp"

namespace grove::cli {

struct NamedModel {
  std::string name;  // "" unless given
  Estimator model;
};

/// The name, "" unless given, and the model of MODEL or NAME=MODEL, as in
/// '5-NN=KNeighborsClassifier(n_neighbors=5)': a name holds none of ( | = and quotes. Throws
/// InvalidParameter.
std::pair<std::string, std::string> split_name(const std::string& text);

}  // namespace grove::cli
