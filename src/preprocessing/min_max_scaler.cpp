#include "grove/preprocessing/min_max_scaler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/not_fitted.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

const Schema<MinMaxScalerParams>& MinMaxScalerParams::schema() {
  using P = MinMaxScalerParams;
  static const Schema<P> table =
      Schema<P>()
          .add("feature_range", &P::feature_range,
               {[](const Value& value) { return preprocessing::is_pair(value, -1e100, 1e100); },
                "[low, high] with low < high"},
               "Low and high end of the result.")
          .add("clip", &P::clip, "Cut values outside the training range to feature_range.");
  return table;
}

struct MinMaxScaler::State {
  preprocessing::FittedOn trained_on;
  Vector data_min;
  Vector data_max;
  Vector scale;
  Vector min;
};

MinMaxScaler& MinMaxScaler::fit(const Dataset& data, const Context& context) {
  MinMaxScalerParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn(data);
  const Index d = data.n_columns();
  state->data_min = state->data_max = state->min = Vector::Zero(d);
  state->scale = Vector::Ones(d);
  const double low = params_.feature_range[0];
  const double high = params_.feature_range[1];
  preprocessing::for_each_column(context, d, [&](Index j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    if (!preprocessing::is_numeric(column)) return;
    const std::vector<Weighted> values = preprocessing::present_values(data, j);
    if (values.empty()) return;
    const auto [least, most] =
        std::minmax_element(values.begin(), values.end(),
                            [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
    state->data_min(j) = least->value;
    state->data_max(j) = most->value;
    const double range = preprocessing::divisor(most->value - least->value);
    state->scale(j) = (high - low) / range;
    state->min(j) = low - least->value * state->scale(j);
    if (!std::isfinite(range) || !std::isfinite(state->min(j)))
      preprocessing::throw_overflow(type_name, "range", column);
  });
  state_ = std::move(state);
  return *this;
}

Matrix MinMaxScaler::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Eigen::RowVectorXd scale = state.scale.transpose();
  const Eigen::RowVectorXd shift = state.min.transpose();
  Matrix result(x.rows(), x.cols());
  parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) result.row(i) = x.row(i).cwiseProduct(scale) + shift;
  });
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  if (!params_.clip) return result;
  for (Index j = 0; j < x.cols(); ++j) {
    if (!preprocessing::is_numeric(state.trained_on.columns[static_cast<std::size_t>(j)])) continue;
    for (Index i = 0; i < x.rows(); ++i)
      if (!std::isnan(result(i, j)))
        result(i, j) = std::clamp(result(i, j), params_.feature_range[0], params_.feature_range[1]);
  }
  return result;
}

Matrix MinMaxScaler::inverse_transform(const MatrixView& x, const Context&) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result = x;
  for (Index i = 0; i < x.rows(); ++i)
    result.row(i) = (result.row(i) - state.min.transpose()).cwiseQuotient(state.scale.transpose());
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  return result;
}

Dataset MinMaxScaler::transform(const Dataset& data, const Context& context) const {
  return preprocessing::transformed(*this, data, context);
}
Dataset MinMaxScaler::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& MinMaxScaler::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& MinMaxScaler::output_columns() const { return trained_on().columns; }
const Vector& MinMaxScaler::data_min() const { return fitted(state_, type_name).data_min; }
const Vector& MinMaxScaler::data_max() const { return fitted(state_, type_name).data_max; }
const Vector& MinMaxScaler::scale() const { return fitted(state_, type_name).scale; }
const Vector& MinMaxScaler::min() const { return fitted(state_, type_name).min; }

Value MinMaxScaler::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"data_min", Value(state.data_min)},
                    {"data_max", Value(state.data_max)},
                    {"scale", Value(state.scale)},
                    {"min", Value(state.min)}};
}

MinMaxScaler MinMaxScaler::load_state(const MinMaxScalerParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn::from_value(reader.at("trained_on"));
  const Index d = state->trained_on.n_columns();
  state->data_min = reader.vector("data_min", d);
  state->data_max = reader.vector("data_max", d);
  state->scale = reader.vector("scale", d);
  state->min = reader.vector("min", d);
  if (!(state->scale.minCoeff() > 0)) reader.fail("has a scale that is not positive");
  MinMaxScaler scaler(params);
  scaler.state_ = std::move(state);
  return scaler;
}

}  // namespace grove
