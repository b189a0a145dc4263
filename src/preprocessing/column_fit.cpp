#include "preprocessing/column_fit.hpp"

#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"

namespace grove::preprocessing {

std::vector<Weighted> present_values(const Dataset& data, Index column) {
  const MatrixMap x = data.x();
  const Vector* weights = data.weights();
  std::vector<Weighted> values;
  values.reserve(static_cast<std::size_t>(x.rows()));
  for (Index i = 0; i < x.rows(); ++i) {
    const double weight = weights ? (*weights)(i) : 1.0;
    if (weight > 0 && !std::isnan(x(i, column))) values.push_back({x(i, column), weight});
  }
  return values;
}

void throw_overflow(std::string_view who, std::string_view what, const Column& column) {
  throw InvalidData(
      concat(who, ": the ", what, " of column '", printable(column.name), "' overflows"),
      "look for a misplaced decimal or a missing-value code in that column");
}

void check_result(std::string_view who, const Matrix& result, const std::vector<Column>& columns) {
  for (Index i = 0; i < result.rows(); ++i) {
    bool overflow = false;
    for (Index j = 0; j < result.cols(); ++j) overflow = overflow || std::isinf(result(i, j));
    if (!overflow) continue;
    for (Index j = 0; j < result.cols(); ++j)
      if (std::isinf(result(i, j)))
        throw_overflow(who, concat("result in row ", i), columns[static_cast<std::size_t>(j)]);
  }
}

double divisor(double range) {
  return range < 10 * std::numeric_limits<double>::epsilon() ? 1.0 : range;
}

bool is_pair(const Value& value, double low, double high) {
  const auto pair = ParamType<std::vector<double>>::from(value);
  return pair && pair->size() == 2 && (*pair)[0] < (*pair)[1] && (*pair)[0] >= low &&
         (*pair)[1] <= high;
}

}  // namespace grove::preprocessing
