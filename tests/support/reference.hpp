#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "grove/core/types.hpp"

// Numbers made by an independent implementation, committed under tests/reference/ beside the script
// that made them.

namespace grove::testing {

/// tests/reference/NAME.json
nlohmann::json reference(const std::string& name);

/// "nan", "inf" and "-inf" are read from strings.
double to_double(const nlohmann::json& value);
Vector to_vector(const nlohmann::json& values);
Labels to_labels(const nlohmann::json& values);
/// From a list of rows.
Matrix to_matrix(const nlohmann::json& rows);

/// |a - b| <= tolerance * max(1, |b|), or both NaN.
bool close(double a, double b, double tolerance);
bool close(const Matrix& a, const Matrix& b, double tolerance);

}  // namespace grove::testing
