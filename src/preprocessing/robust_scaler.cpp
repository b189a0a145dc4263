#include "grove/preprocessing/robust_scaler.hpp"

#include <cmath>

#include "core/not_fitted.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

const Schema<RobustScalerParams>& RobustScalerParams::schema() {
  using P = RobustScalerParams;
  static const Schema<P> table =
      Schema<P>()
          .add("with_centering", &P::with_centering, "Subtract the median.")
          .add("with_scaling", &P::with_scaling, "Divide by the quantile range.")
          .add("quantile_range", &P::quantile_range,
               {[](const Value& value) { return preprocessing::is_pair(value, 0, 100); },
                "[low, high] with 0 <= low < high <= 100"},
               "The two quantiles, in percent.");
  return table;
}

struct RobustScaler::State {
  preprocessing::FittedOn trained_on;
  Vector center;
  Vector scale;
};

RobustScaler& RobustScaler::fit(const Dataset& data, const Context& context) {
  RobustScalerParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn(data);
  const Index d = data.n_columns();
  state->center = Vector::Zero(d);
  state->scale = Vector::Ones(d);
  preprocessing::for_each_column(context, d, [&](Index j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    if (!preprocessing::is_numeric(column)) return;
    std::vector<Weighted> values = preprocessing::present_values(data, j);
    if (values.empty()) return;
    sort_by_value(values);
    if (params_.with_centering) state->center(j) = quantile_sorted(values, 0.5);
    if (!params_.with_scaling) return;
    const double range = quantile_sorted(values, params_.quantile_range[1] / 100) -
                         quantile_sorted(values, params_.quantile_range[0] / 100);
    if (!std::isfinite(range)) preprocessing::throw_overflow(type_name, "quantile range", column);
    state->scale(j) = preprocessing::divisor(range);
  });
  state_ = std::move(state);
  return *this;
}

Matrix RobustScaler::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Eigen::RowVectorXd center = state.center.transpose();
  const Eigen::RowVectorXd scale = state.scale.transpose();
  Matrix result(x.rows(), x.cols());
  parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) result.row(i) = (x.row(i) - center).cwiseQuotient(scale);
  });
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  return result;
}

Matrix RobustScaler::inverse_transform(const MatrixView& x, const Context&) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result = x;
  for (Index i = 0; i < x.rows(); ++i)
    result.row(i) = result.row(i).cwiseProduct(state.scale.transpose()) + state.center.transpose();
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  return result;
}

Dataset RobustScaler::transform(const Dataset& data, const Context& context) const {
  return preprocessing::transformed(*this, data, context);
}
Dataset RobustScaler::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& RobustScaler::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& RobustScaler::output_columns() const { return trained_on().columns; }
const Vector& RobustScaler::center() const { return fitted(state_, type_name).center; }
const Vector& RobustScaler::scale() const { return fitted(state_, type_name).scale; }

Value RobustScaler::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"center", Value(state.center)},
                    {"scale", Value(state.scale)}};
}

RobustScaler RobustScaler::load_state(const RobustScalerParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn::from_value(reader.at("trained_on"));
  const Index d = state->trained_on.n_columns();
  state->center = reader.vector("center", d);
  state->scale = reader.vector("scale", d);
  if (!(state->scale.minCoeff() > 0)) reader.fail("has a scale that is not positive");
  RobustScaler scaler(params);
  scaler.state_ = std::move(state);
  return scaler;
}

}  // namespace grove
