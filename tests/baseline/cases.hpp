#pragma once

#include "support/contract.hpp"
#include "support/reference.hpp"

namespace grove::testing {

/// body(data, fit) for each fit of `kind` in tests/reference/baseline.json.
template <class Body>
void for_each_fit(const std::string& task, const std::string& kind, const Body& body) {
  const nlohmann::json all = reference("baseline");
  for (const auto& entry : all[task]) {
    const Matrix x = to_matrix(entry["x"]);
    const Dataset data = task == "regression" ? Dataset(x, to_vector(entry["y"]))
                                              : Dataset(x, to_labels(entry["y"]));
    const Dataset weighted = data.with_weights(to_vector(entry["w"]));
    for (const auto& fit : entry["fits"])
      if (fit["kind"] == kind) body(fit["weighted"] ? weighted : data, fit);
  }
}

/// The rows that the reference predicts.
inline Matrix every_fifth(const Dataset& data) {
  const MatrixMap x = data.x();
  Matrix rows((x.rows() + 4) / 5, x.cols());
  for (Index i = 0; i < rows.rows(); ++i) rows.row(i) = x.row(5 * i);
  return rows;
}

}  // namespace grove::testing
