#include "grove/preprocessing/ordinal_encoder.hpp"

#include <cmath>
#include <limits>

#include "core/not_fitted.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

const Schema<OrdinalEncoderParams>& OrdinalEncoderParams::schema() {
  using P = OrdinalEncoderParams;
  static const Schema<P> table =
      Schema<P>().add("encoded_missing_value", &P::encoded_missing_value,
                      {[](const Value& value) {
                         const auto number = ParamType<double>::from(value);
                         return number && std::isfinite(*number);
                       },
                       "that is finite"},
                      "What a missing value or unseen category becomes; none = it stays missing.");
  return table;
}

struct OrdinalEncoder::State {
  TrainedOn trained_on;
  std::vector<Column> output_columns;
};

namespace {

std::vector<Column> as_numeric(std::vector<Column> columns) {
  for (Column& column : columns) column = {.name = column.name};
  return columns;
}

}  // namespace

OrdinalEncoder& OrdinalEncoder::fit(const Dataset& data, const Context&) {
  OrdinalEncoderParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  state->output_columns = as_numeric(data.columns());
  state_ = std::move(state);
  return *this;
}

Matrix OrdinalEncoder::transform(const MatrixView& x, const Context&) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result = x;
  const double missing =
      params_.encoded_missing_value.value_or(std::numeric_limits<double>::quiet_NaN());
  for (Index j = 0; j < x.cols(); ++j) {
    const Column& column = state.trained_on.columns[static_cast<std::size_t>(j)];
    if (preprocessing::is_numeric(column)) continue;
    for (Index i = 0; i < x.rows(); ++i)
      if (preprocessing::code_of(x(i, j), column) < 0) result(i, j) = missing;
  }
  return result;
}

Dataset OrdinalEncoder::transform(const Dataset& data, const Context& context) const {
  return data.with_x(transform(trained_on().align(data, type_name), context), output_columns());
}
Dataset OrdinalEncoder::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& OrdinalEncoder::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& OrdinalEncoder::output_columns() const {
  return fitted(state_, type_name).output_columns;
}

Value OrdinalEncoder::save_state() const {
  return Value::Map{{"trained_on", trained_on().to_value()}};
}

OrdinalEncoder OrdinalEncoder::load_state(const OrdinalEncoderParams& params,
                                          const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->output_columns = as_numeric(state->trained_on.columns);
  OrdinalEncoder encoder(params);
  encoder.state_ = std::move(state);
  return encoder;
}

}  // namespace grove
