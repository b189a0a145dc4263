#pragma once

#include "support/contract.hpp"
#include "support/reference.hpp"

namespace grove::testing {

/// The numeric table of tests/reference/preprocessing.json.
struct PreprocessingReference {
  nlohmann::json all = reference("preprocessing");
  Dataset data = Dataset(to_matrix(all["numeric"]));
  Matrix query = to_matrix(all["query"]);
  Vector weights = to_vector(all["weights"]);

  const nlohmann::json& at(const std::string& name) const {
    for (const auto& entry : all["cases"])
      if (entry["name"] == name) return entry;
    throw std::runtime_error("no case " + name);
  }
};

}  // namespace grove::testing
