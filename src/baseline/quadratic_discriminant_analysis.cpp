#include "grove/baseline/quadratic_discriminant_analysis.hpp"

#include <Eigen/QR>
#include <cmath>
#include <limits>

#include "baseline/class_model.hpp"
#include "baseline/least_squares.hpp"
#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"

namespace grove {

const Schema<QuadraticDiscriminantAnalysisParams>& QuadraticDiscriminantAnalysisParams::schema() {
  using P = QuadraticDiscriminantAnalysisParams;
  static const Schema<P> table =
      Schema<P>()
          .add("priors", &P::priors, baseline::probabilities(),
               "Class probabilities, one per class; empty = the class frequencies.")
          .add("reg_param", &P::reg_param, between(0, 1),
               "Every covariance S becomes (1 - reg_param) S + reg_param I.")
          .search("reg_param", log_reals(1e-4, 0.9));
  return table;
}

struct QuadraticDiscriminantAnalysis::State {
  TrainedOn trained_on;
  FitReport report;
  Labels classes;
  Matrix means;
  Vector priors;
  Matrix factors;  // one below the other: upper triangular R with covariance R'R

  Index n_columns() const { return means.cols(); }
  auto factor(Index k) const { return factors.middleRows(k * n_columns(), n_columns()); }
};

namespace {

constexpr std::string_view who = QuadraticDiscriminantAnalysis::type_name;

std::string class_text(const Dataset& data, Index code) {
  return concat("class '", printable(data.class_names()[static_cast<std::size_t>(code)]), "'");
}

std::vector<Index> rows_of(const Dataset& data, Index code) {
  std::vector<Index> rows;
  for (Index i = 0; i < data.n_rows(); ++i)
    if (data.labels()(i) == code) rows.push_back(i);
  return rows;
}

/// R of the class's centred rows, times the square roots of the weights.
Matrix centred_r(const Dataset& data, Index code, const Eigen::RowVectorXd& mean,
                 const Context& context) {
  const std::vector<Index> rows = rows_of(data, code);
  const MatrixMap x = data.x();
  const Vector* weights = data.weights();
  return baseline::tall_r(
      static_cast<Index>(rows.size()), x.cols(),
      [&](Index begin, Index end) {
        context.check_stop(who);
        Eigen::MatrixXd block(end - begin, x.cols());
        for (Index i = begin; i < end; ++i) {
          const Index row = rows[static_cast<std::size_t>(i)];
          block.row(i - begin) = (weights ? std::sqrt((*weights)(row)) : 1.0) * (x.row(row) - mean);
        }
        return block;
      },
      context);
}

/// Throws unless every column has something that the columns before it do not have.
void check_rank(const Dataset& data, Index code, const Matrix& r) {
  const double tolerance = std::numeric_limits<double>::epsilon() *
                           static_cast<double>(std::max(data.n_rows(), data.n_columns()));
  for (Index j = 0; j < data.n_columns(); ++j) {
    if (j < r.rows() && std::abs(r(j, j)) > tolerance * r.col(j).norm()) continue;
    throw InvalidData(
        concat(who, ": in ", class_text(data, code), " column '",
               printable(data.columns()[static_cast<std::size_t>(j)].name),
               "' is constant, or a combination of the columns before it"),
        "set reg_param > 0, as in 0.01, drop the column, or put PCA() before it in a pipeline");
  }
}

/// What is added to the diagonal of every covariance. A column that is constant in all rows gets
/// some variance too, the same in each class, and so tells nothing.
Eigen::VectorXd added_variances(const Dataset& data, double reg_param, const Context& context) {
  Eigen::VectorXd added = Eigen::VectorXd::Constant(data.n_columns(), reg_param);
  if (reg_param > 0) return added;
  const Vector vars = baseline::moments(data, context).vars;
  for (Index j = 0; j < added.size(); ++j)
    if (vars(j) == 0) added(j) = 1;
  return added;
}

/// The factor of (1 - reg_param) S + diag(added).
Matrix factor_of(const Dataset& data, Index code, const Eigen::RowVectorXd& mean, double weight,
                 double reg_param, const Eigen::VectorXd& added, const Context& context) {
  if (!(weight > 1))
    throw InvalidData(concat(who, ": ", class_text(data, code), " has ", weight,
                             " rows (sum of weights), and a covariance needs more than 1"),
                      "drop the class; weights count repeated rows, scale them if they are shares");
  const Index d = data.n_columns();
  Matrix r = centred_r(data, code, mean, context) * std::sqrt((1 - reg_param) / (weight - 1));
  if ((added.array() > 0).any()) {
    Eigen::MatrixXd stacked(r.rows() + d, d);
    stacked << r, Eigen::MatrixXd(added.cwiseSqrt().asDiagonal());
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(std::move(stacked));
    r = qr.matrixQR().topRows(d).template triangularView<Eigen::Upper>();
  }
  check_rank(data, code, r);
  for (Index j = 0; j < d; ++j)
    if (r(j, j) < 0) r.row(j) = -r.row(j);
  return r;
}

}  // namespace

QuadraticDiscriminantAnalysis& QuadraticDiscriminantAnalysis::fit(const Dataset& data,
                                                                  const Context& context) {
  QuadraticDiscriminantAnalysisParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  baseline::check_magnitude(type_name, data);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const baseline::ClassMoments moments = baseline::class_moments(data, scope.context());
  const Vector priors = baseline::class_priors(type_name, params_.priors, moments.weights);
  state->classes = baseline::classes_that_occur(moments.weights);
  const Index n_classes = state->classes.size();
  const Index d = data.n_columns();
  state->means = Matrix(n_classes, d);
  state->priors = Vector(n_classes);
  state->factors = Matrix(n_classes * d, d);
  const Eigen::VectorXd added = added_variances(data, params_.reg_param, scope.context());
  for (Index k = 0; k < n_classes; ++k) {
    const Index code = state->classes(k);
    state->means.row(k) = moments.means.row(code);
    state->priors(k) = priors(code);
    state->factors.middleRows(k * d, d) =
        factor_of(data, code, moments.means.row(code), moments.weights(code), params_.reg_param,
                  added, scope.context());
  }
  state->priors /= state->priors.sum();
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

Matrix QuadraticDiscriminantAnalysis::predict_proba(const MatrixView& x,
                                                    const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Index d = x.cols();
  const Index n_classes = state.classes.size();
  Vector start(n_classes);
  for (Index k = 0; k < n_classes; ++k)
    start(k) = std::log(state.priors(k)) - state.factor(k).diagonal().array().log().sum();
  Matrix proba = Matrix::Zero(x.rows(), state.trained_on.n_classes());
  parallel_for(context, x.rows(), 256, [&](Index begin, Index end) {
    context.check_stop(type_name);
    // A column of x in a row of `rest`: many rows of x go through the triangle side by side.
    Matrix rest(d, end - begin);
    Matrix scores(end - begin, n_classes);
    for (Index k = 0; k < n_classes; ++k) {
      const auto r = state.factor(k);
      rest =
          x.middleRows(begin, end - begin).transpose().colwise() - state.means.row(k).transpose();
      scores.col(k).setConstant(start(k));
      for (Index i = 0; i < d; ++i) {
        rest.row(i) /= r(i, i);
        for (Index j = i + 1; j < d; ++j) rest.row(j) -= r(i, j) * rest.row(i);
        scores.col(k) -= 0.5 * rest.row(i).cwiseAbs2().transpose();
      }
    }
    for (Index i = begin; i < end; ++i) {
      if (!baseline::softmax(scores.row(i - begin).data(), n_classes))
        baseline::throw_overflow(type_name, i);
      for (Index k = 0; k < n_classes; ++k) proba(i, state.classes(k)) = scores(i - begin, k);
    }
  });
  return proba;
}

Labels QuadraticDiscriminantAnalysis::predict(const MatrixView& x, const Context& context) const {
  return baseline::argmax_rows(predict_proba(x, context));
}

QuadraticDiscriminantAnalysis& QuadraticDiscriminantAnalysis::fit(const MatrixView& x,
                                                                  const Labels& y,
                                                                  const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& QuadraticDiscriminantAnalysis::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& QuadraticDiscriminantAnalysis::report() const {
  return fitted(state_, type_name).report;
}
const Labels& QuadraticDiscriminantAnalysis::classes() const {
  return fitted(state_, type_name).classes;
}
const Matrix& QuadraticDiscriminantAnalysis::means() const {
  return fitted(state_, type_name).means;
}
const Vector& QuadraticDiscriminantAnalysis::priors() const {
  return fitted(state_, type_name).priors;
}

Matrix QuadraticDiscriminantAnalysis::covariance(Index k) const {
  const State& state = fitted(state_, type_name);
  if (k < 0 || k >= state.classes.size())
    throw InvalidParameter(concat(type_name, "::covariance: class must be in 0..",
                                  state.classes.size() - 1, ", got ", k));
  const Matrix r = state.factor(k);
  return r.transpose() * r;
}

Value QuadraticDiscriminantAnalysis::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"classes", Value(state.classes)},
                    {"means", Value(state.means)},
                    {"priors", Value(state.priors)},
                    {"factors", Value(state.factors)}};
}

QuadraticDiscriminantAnalysis QuadraticDiscriminantAnalysis::load_state(
    const QuadraticDiscriminantAnalysisParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n_columns = state->trained_on.n_columns();
  state->classes =
      reader.labels("classes", -1, 0, static_cast<int>(state->trained_on.n_classes()) - 1);
  const Index n_classes = state->classes.size();
  if (n_classes == 0) reader.fail("has no classes");
  for (Index k = 1; k < n_classes; ++k)
    if (state->classes(k) <= state->classes(k - 1)) reader.fail("has classes out of order");
  state->means = reader.matrix("means", n_classes, n_columns);
  state->priors = reader.vector("priors", n_classes);
  if (!(state->priors.minCoeff() > 0)) reader.fail("has a prior that is not positive");
  state->factors = reader.matrix("factors", n_classes * n_columns, n_columns);
  for (Index k = 0; k < n_classes; ++k)
    if (!(state->factor(k).diagonal().minCoeff() > 0))
      reader.fail("has a factor whose diagonal is not positive");
  QuadraticDiscriminantAnalysis model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
