#include "grove/baseline/ridge.hpp"

#include "baseline/class_model.hpp"
#include "baseline/least_squares.hpp"
#include "baseline/linear_model.hpp"
#include "core/not_fitted.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

// Search: as mlr3tuningspaces has the penalty of glmnet.
const Schema<RidgeParams>& RidgeParams::schema() {
  using P = RidgeParams;
  static const Schema<P> table =
      Schema<P>()
          .add("alpha", &P::alpha, between(0, 1e100), "Strength of the penalty alpha |coef|^2.")
          .add("fit_intercept", &P::fit_intercept, "Fit a constant term.")
          .search("alpha", log_reals(1e-4, 1e4));
  return table;
}

struct Ridge::State {
  TrainedOn trained_on;
  FitReport report;
  Vector coef;
  double intercept = 0;
};

Ridge& Ridge::fit(const Dataset& data, const Context& context) {
  RidgeParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, capabilities);
  baseline::check_magnitude(type_name, data);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  baseline::LeastSquares solution = baseline::least_squares(type_name, data, params_.alpha,
                                                            params_.fit_intercept, scope.context());
  FitReport report;
  state->coef = std::move(solution.coef);
  state->intercept = solution.intercept;
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

Vector Ridge::predict(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return baseline::linear_predict(type_name, state.coef, state.intercept, x, context);
}

Ridge& Ridge::fit(const MatrixView& x, const Vector& y, const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& Ridge::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& Ridge::report() const { return fitted(state_, type_name).report; }
const Vector& Ridge::coef() const { return fitted(state_, type_name).coef; }
double Ridge::intercept() const { return fitted(state_, type_name).intercept; }

Value Ridge::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"coef", Value(state.coef)},
                    {"intercept", state.intercept}};
}

Ridge Ridge::load_state(const RidgeParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->coef = reader.vector("coef", state->trained_on.n_columns());
  state->intercept = reader.real("intercept");
  Ridge model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
