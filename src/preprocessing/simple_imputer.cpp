#include "grove/preprocessing/simple_imputer.hpp"

#include <algorithm>
#include <cmath>

#include "core/not_fitted.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

std::span<const EnumName<ImputeStrategy>> enum_names(ImputeStrategy) {
  static constexpr EnumName<ImputeStrategy> names[] = {
      {ImputeStrategy::mean, "mean"},
      {ImputeStrategy::median, "median"},
      {ImputeStrategy::most_frequent, "most_frequent"},
      {ImputeStrategy::constant, "constant"},
  };
  return names;
}

const Schema<SimpleImputerParams>& SimpleImputerParams::schema() {
  using P = SimpleImputerParams;
  static const Schema<P> table =
      Schema<P>()
          .add("strategy", &P::strategy,
               "What replaces missing numbers; categories take the most frequent, or "
               "fill_category if constant.")
          .add("fill_value", &P::fill_value,
               {[](const Value& value) {
                  const auto number = ParamType<double>::from(value);
                  return number && std::isfinite(*number);
                },
                "that is finite"},
               "The number for strategy = constant and for columns without a value.")
          .add("fill_category", &P::fill_category, anything("the name of a category"),
               "The category for strategy = constant and for columns without a value.");
  return table;
}

struct SimpleImputer::State {
  preprocessing::FittedOn trained_on;
  std::vector<Column> output_columns;
  Vector statistics;
};

namespace {

double mean_of(const std::vector<Weighted>& values) {
  double total = 0;
  double sum = 0;
  for (const Weighted& entry : values) {
    total += entry.weight;
    sum += entry.weight * entry.value;
  }
  const double mean = sum / total;
  double rest = 0;  // what rounding left in the mean, or all of it if the sum overflowed
  for (const Weighted& entry : values)
    rest += entry.weight / total * (std::isfinite(mean) ? entry.value - mean : entry.value);
  return std::isfinite(mean) ? mean + rest : rest;
}

/// The smallest of the values with the largest weight.
double mode_of(std::vector<Weighted>& values) {
  sort_by_value(values);
  double best = values.front().value;
  double best_weight = 0;
  for (std::size_t i = 0; i < values.size();) {
    const double value = values[i].value;
    double weight = 0;
    for (; i < values.size() && values[i].value == value; ++i) weight += values[i].weight;
    if (weight > best_weight) {
      best = value;
      best_weight = weight;
    }
  }
  return best;
}

double number_for(const SimpleImputerParams& params, std::vector<Weighted>& values) {
  if (params.strategy == ImputeStrategy::constant || values.empty()) return params.fill_value;
  if (params.strategy == ImputeStrategy::mean) return mean_of(values);
  if (params.strategy == ImputeStrategy::median) return quantile(values, 0.5);
  return mode_of(values);
}

/// The code of fill_category, which joins the column's categories if it has to.
double category_for(const SimpleImputerParams& params, std::vector<Weighted>& values,
                    Column& column) {
  if (params.strategy != ImputeStrategy::constant && !values.empty()) return mode_of(values);
  auto& names = column.categories;
  const auto found = std::find(names.begin(), names.end(), params.fill_category);
  const auto code = static_cast<double>(found - names.begin());
  if (found == names.end()) names.push_back(params.fill_category);
  return code;
}

}  // namespace

SimpleImputer& SimpleImputer::fit(const Dataset& data, const Context& context) {
  SimpleImputerParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn(data);
  state->output_columns = data.columns();
  state->statistics = Vector::Zero(data.n_columns());
  preprocessing::for_each_column(context, data.n_columns(), [&](Index j) {
    Column& column = state->output_columns[static_cast<std::size_t>(j)];
    std::vector<Weighted> values = preprocessing::present_values(data, j);
    state->statistics(j) = preprocessing::is_numeric(column)
                               ? number_for(params_, values)
                               : category_for(params_, values, column);
  });
  state_ = std::move(state);
  return *this;
}

Matrix SimpleImputer::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result = x;
  parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      for (Index j = 0; j < x.cols(); ++j)
        if (std::isnan(result(i, j))) result(i, j) = state.statistics(j);
  });
  return result;
}

Dataset SimpleImputer::transform(const Dataset& data, const Context& context) const {
  return preprocessing::transformed(*this, data, context);
}
Dataset SimpleImputer::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& SimpleImputer::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& SimpleImputer::output_columns() const {
  return fitted(state_, type_name).output_columns;
}
const Vector& SimpleImputer::statistics() const { return fitted(state_, type_name).statistics; }

Value SimpleImputer::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"statistics", Value(state.statistics)}};
}

SimpleImputer SimpleImputer::load_state(const SimpleImputerParams& params,
                                        const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn::from_value(reader.at("trained_on"));
  state->statistics = reader.vector("statistics", state->trained_on.n_columns());
  state->output_columns = state->trained_on.columns;
  for (Index j = 0; j < state->statistics.size(); ++j) {
    Column& column = state->output_columns[static_cast<std::size_t>(j)];
    if (preprocessing::is_numeric(column)) continue;
    const double code = state->statistics(j);
    const auto n = static_cast<double>(column.categories.size());
    if (!(code >= 0 && code <= n && code == std::floor(code)))
      reader.fail("has a statistic that is no category");
    if (code == n) column.categories.push_back(params.fill_category);
  }
  SimpleImputer imputer(params);
  imputer.state_ = std::move(state);
  return imputer;
}

}  // namespace grove
