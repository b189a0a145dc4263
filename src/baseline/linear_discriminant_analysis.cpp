#include "grove/baseline/linear_discriminant_analysis.hpp"

#include <Eigen/SVD>
#include <cmath>

#include "baseline/class_model.hpp"
#include "baseline/least_squares.hpp"
#include "baseline/linear_model.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"

namespace grove {

const Schema<LinearDiscriminantAnalysisParams>& LinearDiscriminantAnalysisParams::schema() {
  using P = LinearDiscriminantAnalysisParams;
  static const Schema<P> table =
      Schema<P>()
          .add("priors", &P::priors, baseline::probabilities(),
               "Class probabilities, one per class; empty = the class frequencies.")
          .add("tol", &P::tol, at_least(0),
               "Directions with a singular value up to this are dropped.");
  return table;
}

struct LinearDiscriminantAnalysis::State {
  TrainedOn trained_on;
  FitReport report;
  baseline::LinearClassifier linear;
  Matrix means;
  Vector priors;
};

namespace {

/// What of the class moments concerns the classes that occur.
struct Occurring {
  Labels classes;
  Vector weights;
  Vector priors;
  Matrix means;
  Vector within;  // variance of each column within the classes
};

Occurring occurring_of(const LinearDiscriminantAnalysisParams& params, const Dataset& data,
                       const Context& context) {
  constexpr std::string_view who = LinearDiscriminantAnalysis::type_name;
  const baseline::ClassMoments moments = baseline::class_moments(data, context);
  const Vector priors = baseline::class_priors(who, params.priors, moments.weights);
  Occurring result;
  result.classes = baseline::classes_that_occur(moments.weights);
  const Index n = result.classes.size();
  result.weights = result.priors = Vector(n);
  result.means = Matrix(n, data.n_columns());
  result.within = Vector::Zero(data.n_columns());
  const double total = moments.weights.sum();
  for (Index k = 0; k < n; ++k) {
    const Index code = result.classes(k);
    result.weights(k) = moments.weights(code);
    result.priors(k) = priors(code);
    result.means.row(k) = moments.means.row(code);
    result.within += moments.vars.row(code).transpose() * (moments.weights(code) / total);
  }
  result.priors /= result.priors.sum();
  return result;
}

/// R of the rows centred within their class and divided by `deviation`, weighted.
Matrix within_r(const Dataset& data, const Occurring& found, const Vector& deviation,
                const Context& context) {
  Labels position = Labels::Zero(data.n_classes());
  for (Index k = 0; k < found.classes.size(); ++k) position(found.classes(k)) = static_cast<int>(k);
  const MatrixMap x = data.x();
  const Vector* weights = data.weights();
  return baseline::tall_r(
      x.rows(), x.cols(),
      [&](Index begin, Index end) {
        context.check_stop(LinearDiscriminantAnalysis::type_name);
        Eigen::MatrixXd rows(end - begin, x.cols());
        for (Index i = begin; i < end; ++i) {
          const double root = weights ? std::sqrt((*weights)(i)) : 1.0;
          rows.row(i - begin) = root * (x.row(i) - found.means.row(position(data.labels()(i))))
                                           .cwiseQuotient(deviation.transpose());
        }
        return rows;
      },
      context);
}

Index rank_above(const Vector& singular_values, double limit) {
  return (singular_values.array() > limit).count();
}

/// The scalings that make the classes spherical and keep what separates their means.
Eigen::MatrixXd scalings_of(const Dataset& data, const Occurring& found, double tol,
                            const Context& context) {
  const double total = found.weights.sum();
  const auto n_classes = static_cast<double>(found.classes.size());
  Vector deviation = found.within.cwiseSqrt();
  for (Index j = 0; j < deviation.size(); ++j)
    if (!(deviation(j) > 0)) deviation(j) = 1;
  const Eigen::MatrixXd within =
      within_r(data, found, deviation, context) / std::sqrt(total - n_classes);
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(within, Eigen::ComputeThinV);
  const Index rank = rank_above(svd.singularValues(), tol);
  const Eigen::MatrixXd spherical = deviation.cwiseInverse().asDiagonal() *
                                    svd.matrixV().leftCols(rank) *
                                    svd.singularValues().head(rank).cwiseInverse().asDiagonal();
  const Eigen::RowVectorXd centre = found.priors.transpose() * found.means;
  const Vector size = (total * found.priors / (n_classes - 1)).cwiseSqrt();
  const Eigen::MatrixXd between = size.asDiagonal() * (found.means.rowwise() - centre) * spherical;
  if (rank == 0) return Eigen::MatrixXd(data.n_columns(), 0);
  const Eigen::BDCSVD<Eigen::MatrixXd> second(between, Eigen::ComputeThinV);
  const Index kept = rank_above(second.singularValues(), tol * second.singularValues()(0));
  return spherical * second.matrixV().leftCols(kept);
}

baseline::LinearClassifier classifier_of(const Occurring& found, const Eigen::MatrixXd& scalings) {
  const Eigen::RowVectorXd centre = found.priors.transpose() * found.means;
  const Eigen::MatrixXd projected = (found.means.rowwise() - centre) * scalings;
  const Matrix coef = projected * scalings.transpose();
  const Vector intercept = (-0.5 * projected.rowwise().squaredNorm()).array() +
                           found.priors.array().log() - (coef * centre.transpose()).array();
  baseline::LinearClassifier linear{coef, intercept, found.classes};
  if (found.classes.size() == 2) {
    linear.coef = coef.row(1) - coef.row(0);
    linear.intercept = Vector::Constant(1, intercept(1) - intercept(0));
  }
  return linear;
}

}  // namespace

LinearDiscriminantAnalysis& LinearDiscriminantAnalysis::fit(const Dataset& data,
                                                            const Context& context) {
  LinearDiscriminantAnalysisParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  baseline::check_magnitude(type_name, data);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  Occurring found = occurring_of(params_, data, scope.context());
  const Index n_classes = found.classes.size();
  if (n_classes == 1) {
    state->linear = {Matrix(0, data.n_columns()), Vector(0), found.classes};
  } else {
    if (!(found.weights.sum() > static_cast<double>(n_classes)))
      throw InvalidData(
          concat(type_name, " needs more rows than classes, got ", found.weights.sum(),
                 " (sum of weights) for ", n_classes, " classes"),
          "weights count repeated rows; scale them if they are shares");
    state->linear = classifier_of(found, scalings_of(data, found, params_.tol, scope.context()));
    if (!state->linear.coef.allFinite() || !state->linear.intercept.allFinite())
      throw InvalidData(concat(type_name, ": the coefficients overflow"),
                        "put StandardScaler() before it in a pipeline");
  }
  state->means = std::move(found.means);
  state->priors = std::move(found.priors);
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

Matrix LinearDiscriminantAnalysis::predict_proba(const MatrixView& x,
                                                 const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return baseline::linear_proba(type_name, state.linear, state.trained_on.n_classes(), x, context);
}

Labels LinearDiscriminantAnalysis::predict(const MatrixView& x, const Context& context) const {
  return baseline::argmax_rows(predict_proba(x, context));
}

Matrix LinearDiscriminantAnalysis::decision_function(const MatrixView& x,
                                                     const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return baseline::decision_function(type_name, state.linear, x, context);
}

LinearDiscriminantAnalysis& LinearDiscriminantAnalysis::fit(const MatrixView& x, const Labels& y,
                                                            const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& LinearDiscriminantAnalysis::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& LinearDiscriminantAnalysis::report() const {
  return fitted(state_, type_name).report;
}
const Matrix& LinearDiscriminantAnalysis::coef() const {
  return fitted(state_, type_name).linear.coef;
}
const Vector& LinearDiscriminantAnalysis::intercept() const {
  return fitted(state_, type_name).linear.intercept;
}
const Labels& LinearDiscriminantAnalysis::classes() const {
  return fitted(state_, type_name).linear.classes;
}

const Matrix& LinearDiscriminantAnalysis::means() const { return fitted(state_, type_name).means; }
const Vector& LinearDiscriminantAnalysis::priors() const {
  return fitted(state_, type_name).priors;
}

Value LinearDiscriminantAnalysis::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Map map{{"trained_on", state.trained_on.to_value()},
                 {"report", report_to_value(state.report)},
                 {"means", Value(state.means)},
                 {"priors", Value(state.priors)}};
  baseline::save_linear(state.linear, map);
  return map;
}

LinearDiscriminantAnalysis LinearDiscriminantAnalysis::load_state(
    const LinearDiscriminantAnalysisParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->linear = baseline::load_linear(reader, state->trained_on);
  const Index n_classes = state->linear.classes.size();
  state->means = reader.matrix("means", n_classes, state->trained_on.n_columns());
  state->priors = reader.vector("priors", n_classes);
  LinearDiscriminantAnalysis model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
