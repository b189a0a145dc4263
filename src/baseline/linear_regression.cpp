#include "grove/baseline/linear_regression.hpp"

#include "baseline/class_model.hpp"
#include "baseline/least_squares.hpp"
#include "baseline/linear_model.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

const Schema<LinearRegressionParams>& LinearRegressionParams::schema() {
  using P = LinearRegressionParams;
  static const Schema<P> table =
      Schema<P>().add("fit_intercept", &P::fit_intercept, "Fit a constant term.");
  return table;
}

struct LinearRegression::State {
  TrainedOn trained_on;
  FitReport report;
  Vector coef;
  double intercept = 0;
  Index rank = 0;
};

LinearRegression& LinearRegression::fit(const Dataset& data, const Context& context) {
  LinearRegressionParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, capabilities);
  baseline::check_magnitude(type_name, data);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  baseline::LeastSquares solution =
      baseline::least_squares(type_name, data, 0.0, params_.fit_intercept, scope.context());
  FitReport report;
  state->rank = solution.rank;
  if (solution.rank < data.n_columns())
    report.warnings.push_back(concat(type_name, ": the columns have rank ", solution.rank, " of ",
                                     data.n_columns(), "; the solution of least norm was taken"));
  state->coef = std::move(solution.coef);
  state->intercept = solution.intercept;
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

Vector LinearRegression::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return baseline::linear_predict(type_name, state.coef, state.intercept, x, context);
}

LinearRegression& LinearRegression::fit(const MatrixView& x, const Vector& y,
                                        const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& LinearRegression::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& LinearRegression::report() const { return fitted(state_, type_name).report; }
const Vector& LinearRegression::coef() const { return fitted(state_, type_name).coef; }
double LinearRegression::intercept() const { return fitted(state_, type_name).intercept; }
Index LinearRegression::rank() const { return fitted(state_, type_name).rank; }

Value LinearRegression::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"coef", Value(state.coef)},
                    {"intercept", state.intercept},
                    {"rank", state.rank}};
}

LinearRegression LinearRegression::load_state(const LinearRegressionParams& params,
                                              const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->coef = reader.vector("coef", state->trained_on.n_columns());
  state->intercept = reader.real("intercept");
  state->rank = static_cast<Index>(reader.integer("rank", 0, state->trained_on.n_columns()));
  LinearRegression model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
