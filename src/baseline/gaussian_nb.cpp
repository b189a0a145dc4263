#include "grove/baseline/gaussian_nb.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "baseline/class_model.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

// Search: from scikit-learn's default to a share that makes all columns alike.
const Schema<GaussianNBParams>& GaussianNBParams::schema() {
  using P = GaussianNBParams;
  static const Schema<P> table =
      Schema<P>()
          .add("var_smoothing", &P::var_smoothing, at_least(0),
               "Share of the largest column variance that is added to every variance.")
          .add("priors", &P::priors, baseline::probabilities(),
               "Class probabilities, one per class; empty = the class frequencies.")
          .search("var_smoothing", log_reals(1e-12, 1));
  return table;
}

struct GaussianNB::State {
  TrainedOn trained_on;
  FitReport report;
  Matrix theta;
  Matrix var;
  Vector class_prior;  // 0 for a class without rows, whatever `priors` says
  double epsilon = 0;
};

namespace {

void check_variances(const Matrix& var, const Vector& weights, const Dataset& data) {
  for (Index k = 0; k < var.rows(); ++k)
    for (Index j = 0; j < var.cols(); ++j)
      if (weights(k) > 0 && var(k, j) < std::numeric_limits<double>::min())
        throw InvalidData(concat(GaussianNB::type_name, ": column '",
                                 printable(data.columns()[static_cast<std::size_t>(j)].name),
                                 "' has variance 0 in class '",
                                 printable(data.class_names()[static_cast<std::size_t>(k)]), "'"),
                          "set var_smoothing > 0 (the default is 1e-9), or drop the column");
}

}  // namespace

GaussianNB& GaussianNB::fit(const Dataset& data, const Context& context) {
  GaussianNBParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  baseline::check_magnitude(type_name, data);
  const FitScope scope(context);
  scope.context().check_stop(type_name);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  baseline::ClassMoments classes = baseline::class_moments(data, scope.context());
  const double largest = baseline::moments(data, scope.context()).vars.maxCoeff();
  state->epsilon = params_.var_smoothing * (largest > 0 ? largest : 1.0);
  state->class_prior = baseline::class_priors(type_name, params_.priors, classes.weights);
  state->theta = std::move(classes.means);
  state->var = (classes.vars.array() + state->epsilon).matrix();
  check_variances(state->var, classes.weights, data);
  for (Index k = 0; k < classes.weights.size(); ++k)
    if (classes.weights(k) == 0) {
      state->var.row(k).setOnes();
      state->class_prior(k) = 0;
    }
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

Matrix GaussianNB::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Index n_classes = state.theta.rows();
  const Matrix theta = state.theta.transpose();  // d x K: one column's values side by side
  const Matrix half_precision = (0.5 / state.var.array()).matrix().transpose();
  Eigen::RowVectorXd start(n_classes);
  for (Index k = 0; k < n_classes; ++k) {
    double log_var = 0;
    for (Index j = 0; j < x.cols(); ++j)
      log_var += std::log(2 * std::numbers::pi * state.var(k, j));
    start(k) = std::log(state.class_prior(k)) - 0.5 * log_var;
  }
  Matrix proba(x.rows(), n_classes);
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    context.check_stop(type_name);
    for (Index i = begin; i < end; ++i) {
      proba.row(i) = start;
      for (Index j = 0; j < x.cols(); ++j)
        proba.row(i).array() -=
            (x(i, j) - theta.row(j).array()).square() * half_precision.row(j).array();
      if (!baseline::softmax(proba.row(i).data(), n_classes))
        baseline::throw_overflow(type_name, i);
    }
  });
  return proba;
}

Labels GaussianNB::predict(const MatrixView& x, const Context& context) const {
  return baseline::argmax_rows(predict_proba(x, context));
}

GaussianNB& GaussianNB::fit(const MatrixView& x, const Labels& y, const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& GaussianNB::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& GaussianNB::report() const { return fitted(state_, type_name).report; }
const Matrix& GaussianNB::theta() const { return fitted(state_, type_name).theta; }
const Matrix& GaussianNB::var() const { return fitted(state_, type_name).var; }
const Vector& GaussianNB::class_prior() const { return fitted(state_, type_name).class_prior; }
double GaussianNB::epsilon() const { return fitted(state_, type_name).epsilon; }

Value GaussianNB::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"theta", Value(state.theta)},
                    {"var", Value(state.var)},
                    {"class_prior", Value(state.class_prior)},
                    {"epsilon", state.epsilon}};
}

GaussianNB GaussianNB::load_state(const GaussianNBParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n_classes = state->trained_on.n_classes();
  const Index n_columns = state->trained_on.n_columns();
  if (n_classes == 0) reader.fail("has no classes");
  state->theta = reader.matrix("theta", n_classes, n_columns);
  state->var = reader.matrix("var", n_classes, n_columns);
  if (!(state->var.minCoeff() > 0)) reader.fail("has a variance that is not positive");
  state->class_prior = reader.vector("class_prior", n_classes);
  if (state->class_prior.minCoeff() < 0 || !(state->class_prior.maxCoeff() > 0))
    reader.fail("has class_prior that are no probabilities");
  state->epsilon = reader.real("epsilon");
  GaussianNB model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
