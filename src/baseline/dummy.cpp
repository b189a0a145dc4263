#include "grove/baseline/dummy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "baseline/class_model.hpp"
#include "core/not_fitted.hpp"
#include "core/quantile.hpp"
#include "core/text.hpp"
#include "data/fit_report_value.hpp"
#include "grove/core/error.hpp"
#include "grove/core/fit_scope.hpp"
#include "grove/core/parallel.hpp"
#include "grove/core/random.hpp"

namespace grove {

std::span<const EnumName<DummyStrategy>> enum_names(DummyStrategy) {
  static constexpr EnumName<DummyStrategy> names[] = {
      {DummyStrategy::prior, "prior"},           {DummyStrategy::most_frequent, "most_frequent"},
      {DummyStrategy::stratified, "stratified"}, {DummyStrategy::uniform, "uniform"},
      {DummyStrategy::constant, "constant"},
  };
  return names;
}

std::span<const EnumName<DummyStatistic>> enum_names(DummyStatistic) {
  static constexpr EnumName<DummyStatistic> names[] = {
      {DummyStatistic::mean, "mean"},
      {DummyStatistic::median, "median"},
      {DummyStatistic::quantile, "quantile"},
      {DummyStatistic::constant, "constant"},
  };
  return names;
}

const Schema<DummyClassifierParams>& DummyClassifierParams::schema() {
  using P = DummyClassifierParams;
  static const Schema<P> table =
      Schema<P>()
          .add("strategy", &P::strategy, "What is predicted without a look at the features.")
          .add("constant", &P::constant, anything("the name of a class"),
               "The class to predict when strategy = constant.")
          .add("seed", &P::seed, at_least(0), "Seed of the random strategies.");
  return table;
}

const Schema<DummyRegressorParams>& DummyRegressorParams::schema() {
  using P = DummyRegressorParams;
  static const Schema<P> table =
      Schema<P>()
          .add("strategy", &P::strategy, "Which statistic of the target is predicted.")
          .add("quantile", &P::quantile, between(0, 1), "The quantile when strategy = quantile.")
          .add("constant", &P::constant,
               {[](const Value& value) {
                  const auto number = ParamType<double>::from(value);
                  return number && std::isfinite(*number);
                },
                "that is finite"},
               "The value when strategy = constant.");
  return table;
}

struct DummyClassifier::State {
  TrainedOn trained_on;
  FitReport report;
  Vector class_prior;
  Index answer = 0;  // of the strategies that are not random
};

namespace {

Index constant_class(const DummyClassifierParams& params, const std::vector<std::string>& names) {
  for (std::size_t k = 0; k < names.size(); ++k)
    if (names[k] == params.constant) return static_cast<Index>(k);
  throw InvalidParameter(
      concat(DummyClassifier::type_name,
             ": parameter 'constant' must be the name of a class, got '",
             printable(params.constant), "'", did_you_mean(params.constant, names)),
      concat("the classes are ", join(names)));
}

/// One stream per row's values, equal for 0.0 and -0.0 and for every NaN.
template <class Row>
std::uint64_t row_key(const Row& row) {
  std::uint64_t key = 0xcbf29ce484222325;
  for (Index j = 0; j < row.size(); ++j) {
    const double value = std::isnan(row(j)) ? std::numeric_limits<double>::quiet_NaN() : row(j);
    key = (key ^ std::bit_cast<std::uint64_t>(value + 0.0)) * 0x100000001b3;
    key ^= key >> 29;
  }
  return key;
}

}  // namespace

DummyClassifier& DummyClassifier::fit(const Dataset& data, const Context& context) {
  DummyClassifierParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::labels, capabilities);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  const Vector weights = baseline::class_weights(data);
  state->class_prior = weights / weights.sum();
  if (params_.strategy == DummyStrategy::constant) {
    state->answer = constant_class(params_, data.class_names());
  } else {
    weights.maxCoeff(&state->answer);
  }
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

Matrix DummyClassifier::predict_proba(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix proba = Matrix::Zero(x.rows(), state.class_prior.size());
  const bool stratified = params_.strategy == DummyStrategy::stratified;
  if (params_.strategy == DummyStrategy::prior) {
    proba.rowwise() = state.class_prior.transpose();
  } else if (stratified || params_.strategy == DummyStrategy::uniform) {
    const Vector shares = stratified
                              ? state.class_prior
                              : Vector((state.class_prior.array() > 0).cast<double>().matrix());
    const Rng rng(params_.seed);
    parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) proba(i, rng.split(row_key(x.row(i))).choice(shares)) = 1;
    });
  } else {
    proba.col(state.answer).setOnes();
  }
  return proba;
}

Labels DummyClassifier::predict(const MatrixView& x, const Context& context) const {
  return baseline::argmax_rows(predict_proba(x, context));
}

DummyClassifier& DummyClassifier::fit(const MatrixView& x, const Labels& y,
                                      const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& DummyClassifier::trained_on() const {
  return fitted(state_, type_name).trained_on;
}
const FitReport& DummyClassifier::report() const { return fitted(state_, type_name).report; }
const Vector& DummyClassifier::class_prior() const { return fitted(state_, type_name).class_prior; }

Value DummyClassifier::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"class_prior", Value(state.class_prior)},
                    {"answer", state.answer}};
}

DummyClassifier DummyClassifier::load_state(const DummyClassifierParams& params,
                                            const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  const Index n_classes = state->trained_on.n_classes();
  if (n_classes == 0) reader.fail("has no classes");
  state->class_prior = reader.vector("class_prior", n_classes);
  if (state->class_prior.minCoeff() < 0 || !(state->class_prior.sum() > 0))
    reader.fail("has class_prior that are no probabilities");
  state->answer = static_cast<Index>(reader.integer("answer", 0, n_classes - 1));
  DummyClassifier model(params);
  model.state_ = std::move(state);
  return model;
}

struct DummyRegressor::State {
  TrainedOn trained_on;
  FitReport report;
  double constant = 0;
};

namespace {

double weighted_mean(const Vector& values, const Vector& weights) {
  const double total = weights.sum();
  const double mean = values.dot(weights) / total;
  if (std::isfinite(mean)) return mean + (values.array() - mean).matrix().dot(weights) / total;
  return values.dot(weights / total);  // the sum overflowed, the mean cannot
}

double statistic(const DummyRegressorParams& params, const Dataset& data) {
  if (params.strategy == DummyStatistic::constant) return params.constant;
  const Vector weights = data.weights_or_ones();
  if (params.strategy == DummyStatistic::mean) return weighted_mean(data.target(), weights);
  std::vector<Weighted> values;
  for (Index i = 0; i < data.n_rows(); ++i)
    if (weights(i) > 0) values.push_back({data.target()(i), weights(i)});
  return quantile(values, params.strategy == DummyStatistic::median ? 0.5 : params.quantile);
}

}  // namespace

DummyRegressor& DummyRegressor::fit(const Dataset& data, const Context& context) {
  DummyRegressorParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::real, capabilities);
  const FitScope scope(context);
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn(data);
  state->constant = statistic(params_, data);
  state->report = scope.finish();
  state_ = std::move(state);
  return *this;
}

Vector DummyRegressor::predict(const MatrixView& x, const Context&) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  return Vector::Constant(x.rows(), state.constant);
}

DummyRegressor& DummyRegressor::fit(const MatrixView& x, const Vector& y, const Context& context) {
  return fit(dataset_from(type_name, x, y), context);
}

const TrainedOn& DummyRegressor::trained_on() const { return fitted(state_, type_name).trained_on; }
const FitReport& DummyRegressor::report() const { return fitted(state_, type_name).report; }
double DummyRegressor::constant() const { return fitted(state_, type_name).constant; }

Value DummyRegressor::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"report", report_to_value(state.report)},
                    {"constant", state.constant}};
}

DummyRegressor DummyRegressor::load_state(const DummyRegressorParams& params,
                                          const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = TrainedOn::from_value(reader.at("trained_on"));
  state->report = report_from_value(reader.at("report"));
  state->constant = reader.real("constant");
  DummyRegressor model(params);
  model.state_ = std::move(state);
  return model;
}

}  // namespace grove
