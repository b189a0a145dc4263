#pragma once

#include <string_view>
#include <vector>

#include "core/quantile.hpp"
#include "grove/core/context.hpp"
#include "grove/core/parallel.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/expression.hpp"
#include "grove/params/schema.hpp"

// What the transformers of this folder share.

namespace grove::preprocessing {

inline bool is_numeric(const Column& column) { return column.kind == ColumnKind::numeric; }

/// What a transformer keeps that learns from values.
struct FittedOn : TrainedOn {
  RowSet rows;  // none after loading

  FittedOn() = default;
  explicit FittedOn(const Dataset& data) : TrainedOn(data), rows(data) {}
  static FittedOn from_value(const StateReader& reader) {
    FittedOn result;
    static_cast<TrainedOn&>(result) = TrainedOn::from_value(reader);
    return result;
  }
};

/// `data` with the columns that `transformer` makes of it, and a note of that.
template <class T>
Dataset transformed(const T& transformer, const Dataset& data, const Context& context,
                    bool used_target = false) {
  const auto& fitted_on = static_cast<const FittedOn&>(transformer.trained_on());
  const Schema<typename T::Params>& schema = T::Params::schema();
  return data
      .with_x(transformer.transform(fitted_on.align(data, T::type_name), context),
              transformer.output_columns())
      .with_step({detail::expression_text(T::type_name, schema.values(transformer.params()),
                                          schema.values(typename T::Params{})),
                  fitted_on.rows, used_target});
}

/// The present values of a column in rows of positive weight.
std::vector<Weighted> present_values(const Dataset& data, Index column);

/// f(j) for every column, in parallel.
template <class F>
void for_each_column(const Context& context, Index n_columns, F&& f) {
  parallel_for(context, n_columns, 1, [&](Index begin, Index) { f(begin); });
}

/// Throws InvalidData: "StandardScaler: the variance of column 'c1' overflows".
[[noreturn]] void throw_overflow(std::string_view who, std::string_view what, const Column& column);
/// Throws InvalidData if a result is infinite, naming the column.
void check_result(std::string_view who, const Matrix& result, const std::vector<Column>& columns);

/// scikit-learn's rule: a range that is only rounding does not divide.
double divisor(double range);

/// The code of a categorical value, -1 if it is missing or no code of the column.
inline Index code_of(double value, const Column& column) {
  const bool known = value >= 0 && value < static_cast<double>(column.categories.size());
  if (!known || value != static_cast<double>(static_cast<Index>(value))) return -1;
  return static_cast<Index>(value);
}

/// A parameter of two numbers.
bool is_pair(const Value& value, double low, double high);

}  // namespace grove::preprocessing
