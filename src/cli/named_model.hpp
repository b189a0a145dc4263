#pragma once

#include <string>

#include "cli/session.hpp"

namespace grove::cli {

struct NamedModel {
  std::string name;  // "" unless given
  Estimator model;
};

/// MODEL or NAME=MODEL, as in '5-NN=KNeighborsClassifier(n_neighbors=5)': a name holds none of
/// ( | = and quotes. Throws InvalidParameter.
NamedModel named_model(const std::string& text, const Session& session);

}  // namespace grove::cli
