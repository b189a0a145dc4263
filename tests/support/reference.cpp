#include "support/reference.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace grove::testing {

nlohmann::json reference(const std::string& name) {
  const std::string path = std::string(GROVE_TEST_DIR) + "/reference/" + name + ".json";
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no reference file " + path);
  return nlohmann::json::parse(file);
}

double to_double(const nlohmann::json& value) {
  if (!value.is_string()) return value.get<double>();
  const std::string text = value.get<std::string>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw std::runtime_error("not a number in a reference file: " + text);
}

Vector to_vector(const nlohmann::json& values) {
  Vector result(static_cast<Index>(values.size()));
  for (Index i = 0; i < result.size(); ++i)
    result(i) = to_double(values[static_cast<std::size_t>(i)]);
  return result;
}

Labels to_labels(const nlohmann::json& values) {
  Labels result(static_cast<Index>(values.size()));
  for (Index i = 0; i < result.size(); ++i)
    result(i) = values[static_cast<std::size_t>(i)].get<int>();
  return result;
}

Matrix to_matrix(const nlohmann::json& rows) {
  const auto n = static_cast<Index>(rows.size());
  const auto d = n == 0 ? Index{0} : static_cast<Index>(rows[0].size());
  Matrix result(n, d);
  for (Index i = 0; i < n; ++i)
    result.row(i) = to_vector(rows[static_cast<std::size_t>(i)]).transpose();
  return result;
}

bool close(double a, double b, double tolerance) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (a == b) return true;
  return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

bool close(const Matrix& a, const Matrix& b, double tolerance) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < a.cols(); ++j)
      if (!close(a(i, j), b(i, j), tolerance)) return false;
  return true;
}

}  // namespace grove::testing
