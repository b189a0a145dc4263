#include "grove/baseline/logistic_regression.hpp"

#include "baseline/class_model.hpp"
#include "baseline/linear_model.hpp"
#include "baseline/softmax_solver.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

std::span<const EnumName<Penalty>> enum_names(Penalty) {
  static constexpr EnumName<Penalty> names[] = {{Penalty::l2, "l2"}, {Penalty::none, "none"}};
  return names;
}

// Search: the grid of scikit-learn's LogisticRegressionCV.
const Schema<LogisticRegressionParams>& LogisticRegressionParams::schema() {
  using P = LogisticRegressionParams;
  static const Schema<P> table =
      Schema<P>()
          .add("penalty", &P::penalty, "Penalty on the coefficients (never on the intercept).")
          .add("C", &P::C, between(1e-100, 1e100), "Inverse strength of the penalty.")
          .add("fit_intercept", &P::fit_intercept, "Fit a constant term.")
          .add("class_weight", &P::class_weight,
               "balanced: a row counts n / (K times the rows of its class).")
          .add("max_iter", &P::max_iter, at_least(1), "Newton iterations at most.")
          .add("tol", &P::tol, greater_than(0),
               "Stop when no component of the gradient exceeds this.")
          .search("C", log_reals(1e-4, 1e4));
  return table;
}

struct LogisticRegression::State {
  TrainedOn trained_on;
  FitReport report;
  baseline::LinearClassifier linear;
};

namespace {

/// Positions of the codes among those that occur (0 where a code does not), and each row's weight.
baseline::SoftmaxProblem problem_of(const LogisticRegressionParams& params, const Dataset& data,
                                    const Vector& class_weights, const Labels& classes) {
  Labels position = Labels::Zero(class_weights.size());
  for (Index k = 0; k < classes.size(); ++k) position(classes(k)) = static_cast<int>(k);
  const Index n_classes = classes.size();
  baseline::SoftmaxProblem problem{.x = data.x(),
                                   .y = Labels(data.n_rows()),
                                   .weights = data.weights_or_ones(),
                                   .n_classes = n_classes,
                                   .l2 = params.penalty == Penalty::l2 ? 1 / params.C : 0.0,
                                   .fit_intercept = params.fit_intercept,
                                   .max_iter = params.max_iter,
                                   .tol = params.tol};
  const Vector factors =
      class_factors(params.class_weight, data.labels(), problem.weights, data.n_classes());
  for (Index i = 0; i < data.n_rows(); ++i) {
    const int code = data.labels()(i);
    problem.y(i) = position(code);
    problem.weights(i) *= factors(code);
  }
  return problem;
}

}  // namespace

LogisticRegression& LogisticRegression::fit(const Dataset& data, const Context& context) {
  LogisticRegressionParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  baseline::check_magnitude(type_name, data);
  const FitScope scope(context);
  scope.context().check_stop(type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const Vector weights = baseline::class_weights(data);
  state->linear.classes = baseline::classes_that_occur(weights);
  FitReport report;
  if (state->linear.classes.size() > 1) {
    auto solution = baseline::solve_softmax(
        problem_of(params_, data, weights, state->linear.classes), scope.context());
    report.iterations = solution.iterations;
    report.converged = solution.converged;
    report.loss_curve = std::move(solution.loss_curve);
    if (!solution.converged)
      report.warnings.push_back(concat(type_name, " did not converge in ", solution.iterations,
                                       " iterations: the largest gradient is ", solution.gradient,
                                       ", tol is ", params_.tol,
                                       "; scale the columns, raise max_iter, or lower C"));
    state->linear.coef = std::move(solution.coef);
    state->linear.intercept = std::move(solution.intercept);
  } else {
    state->linear.coef = Matrix(0, data.n_columns());
    state->linear.intercept = Vector(0);
  }
  if (!state->linear.coef.allFinite() || !state->linear.intercept.allFinite())
    throw InvalidData(concat(type_name, ": the coefficients overflow"),
                      "put StandardScaler() before it in a pipeline");
  scope.context().count(work::iterations, static_cast<std::uint64_t>(report.iterations));
  state->report = scope.finish(std::move(report));
  state_ = std::move(state);
  return *this;
}

Matrix LogisticRegression::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return baseline::linear_proba(type_name, state.linear, state.trained_on.n_classes(), x, context);
}

Labels LogisticRegression::predict(const MatrixView& x, const Context& context) const {
  return baseline::argmax_rows(predict_proba(x, context));
}

Matrix LogisticRegression::decision_function(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return baseline::decision_function(type_name, state.linear, x, context);
}

LogisticRegression& LogisticRegression::fit(const MatrixView& x, const Labels& y,
                                            const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& LogisticRegression::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& LogisticRegression::report() const { return fitted(state_, type_name).report; }
const Matrix& LogisticRegression::coef() const { return fitted(state_, type_name).linear.coef; }
const Vector& LogisticRegression::intercept() const {
  return fitted(state_, type_name).linear.intercept;
}
const Labels& LogisticRegression::classes() const {
  return fitted(state_, type_name).linear.classes;
}

Value LogisticRegression::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map{{"trained_on", state.trained_on.to_value()},
                 {"report", report_to_value(state.report)}};
  baseline::save_linear(state.linear, map);
  return map;
}

LogisticRegression LogisticRegression::load_state(const LogisticRegressionParams& params,
                                                  const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->linear = baseline::load_linear(reader, state->trained_on);
  LogisticRegression model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
