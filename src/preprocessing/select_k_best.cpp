#include "grove/preprocessing/select_k_best.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

std::span<const EnumName<ScoreFunction>> enum_names(ScoreFunction) {
  static constexpr EnumName<ScoreFunction> names[] = {
      {ScoreFunction::automatic, "automatic"},
      {ScoreFunction::f_classif, "f_classif"},
      {ScoreFunction::f_regression, "f_regression"},
      {ScoreFunction::chi2, "chi2"},
  };
  return names;
}

const Schema<SelectKBestParams>& SelectKBestParams::schema() {
  using P = SelectKBestParams;
  static const Schema<P> table =
      Schema<P>()
          .add("score_func", &P::score_func,
               "What a column alone says of the target; automatic: f_classif or f_regression.")
          .add("k", &P::k, at_least(0), "Numeric columns to keep; 0 = all.");
  return table;
}

struct SelectKBest::State {
  preprocessing::FittedOn trained_on;
  Vector scores;
  std::vector<Index> support;
  std::vector<Column> output_columns;

  void name_columns() {
    for (const Index j : support)
      output_columns.push_back(trained_on.columns[static_cast<std::size_t>(j)]);
  }
};

namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// Weights and sums of a column by class.
struct ClassSums {
  Vector weight, sum;
};

ClassSums sums_of(const Dataset& data, const Vector& weights, Index j, double centre) {
  ClassSums sums{Vector::Zero(data.n_classes()), Vector::Zero(data.n_classes())};
  for (Index i = 0; i < data.n_rows(); ++i) {
    sums.weight(data.labels()(i)) += weights(i);
    sums.sum(data.labels()(i)) += weights(i) * (data.x()(i, j) - centre);
  }
  return sums;
}

double weighted_mean(const Dataset& data, const Vector& weights, Index j) {
  return data.x().col(j).dot(weights) / weights.sum();
}

/// F of the one-way analysis of variance: between classes over within them, in two passes.
double f_classif(const Dataset& data, const Vector& weights, Index j) {
  const double centre = weighted_mean(data, weights, j);
  const ClassSums sums = sums_of(data, weights, j, centre);
  const double n = weights.sum();
  double n_classes = 0, between = 0, within = 0;
  for (Index c = 0; c < data.n_classes(); ++c) {
    if (!(sums.weight(c) > 0)) continue;
    ++n_classes;
    between += sums.sum(c) * sums.sum(c) / sums.weight(c);
  }
  between -= sums.sum.sum() * sums.sum.sum() / n;
  for (Index i = 0; i < data.n_rows(); ++i) {
    const Index c = data.labels()(i);
    if (!(weights(i) > 0)) continue;
    const double away = data.x()(i, j) - centre - sums.sum(c) / sums.weight(c);
    within += weights(i) * away * away;
  }
  if (!(between > 0 || within > 0)) return undefined;
  return between / (n_classes - 1) / (within / (n - n_classes));
}

/// F of the regression of the target on the column: r^2 / (1 - r^2) (n - 2).
double f_regression(const Dataset& data, const Vector& weights, Index j) {
  const double mean_x = weighted_mean(data, weights, j);
  const double mean_y = data.target().dot(weights) / weights.sum();
  double xx = 0, yy = 0, xy = 0;
  for (Index i = 0; i < data.n_rows(); ++i) {
    const double x = data.x()(i, j) - mean_x;
    const double y = data.target()(i) - mean_y;
    xx += weights(i) * x * x;
    yy += weights(i) * y * y;
    xy += weights(i) * x * y;
  }
  if (!(xx > 0 && yy > 0)) return undefined;
  const double share = std::min(1.0, xy / xx * (xy / yy));
  return share / (1 - share) * (weights.sum() - 2);
}

/// Observed sums of the column by class against those that the class shares let expect.
double chi2(const Dataset& data, const Vector& weights, Index j) {
  const ClassSums sums = sums_of(data, weights, j, 0);
  const double total = sums.sum.sum();
  if (!(total > 0)) return undefined;
  double statistic = 0;
  for (Index c = 0; c < data.n_classes(); ++c) {
    const double expected = sums.weight(c) / weights.sum() * total;
    if (expected > 0) statistic += (sums.sum(c) - expected) * (sums.sum(c) - expected) / expected;
  }
  return statistic;
}

ScoreFunction function_for(ScoreFunction wanted, const Dataset& data) {
  if (wanted != ScoreFunction::automatic) return wanted;
  return data.has_target() ? ScoreFunction::f_regression : ScoreFunction::f_classif;
}

void check_target(ScoreFunction function, const Dataset& data) {
  const bool values = function == ScoreFunction::f_regression;
  if (values ? !data.has_labels() : !data.has_target()) return;
  throw InvalidData(
      concat("SelectKBest: score_func=", to_text(ParamType<ScoreFunction>::to(function)),
             values ? " needs values, but the target '" : " needs classes, but the target '",
             printable(data.target_name()), values ? "' holds classes" : "' holds values"),
      concat("use score_func=", values ? "f_classif" : "f_regression"));
}

/// What the score function needs of the data beyond its shape.
void check_scorable(ScoreFunction function, const Dataset& data, const Vector& weights) {
  if (function == ScoreFunction::f_regression) return;
  std::vector<char> present(static_cast<std::size_t>(data.n_classes()), 0);
  for (Index i = 0; i < data.n_rows(); ++i)
    if (weights(i) > 0) present[static_cast<std::size_t>(data.labels()(i))] = 1;
  if (std::count(present.begin(), present.end(), 1) < 2)
    throw InvalidData("SelectKBest: all rows are of one class, which no column can tell apart",
                      "give rows of two classes or more");
  if (function != ScoreFunction::chi2) return;
  for (Index j = 0; j < data.n_columns(); ++j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    if (preprocessing::is_numeric(column) && data.x().col(j).minCoeff() < 0)
      throw InvalidData(
          concat("SelectKBest: chi2 needs values >= 0, and column '", printable(column.name),
                 "' goes down to ", data.x().col(j).minCoeff()),
          "use score_func=f_classif, or MinMaxScaler() before it");
  }
}

/// The k best numeric columns; undefined scores come last, equal ones by place.
std::vector<Index> best_of(const Vector& scores, const std::vector<Column>& columns, int k) {
  std::vector<Index> order;
  for (Index j = 0; j < scores.size(); ++j)
    if (preprocessing::is_numeric(columns[static_cast<std::size_t>(j)])) order.push_back(j);
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    if (std::isnan(scores(a)) || std::isnan(scores(b)))
      return !std::isnan(scores(a)) && std::isnan(scores(b));
    return scores(a) > scores(b);
  });
  if (k > 0 && static_cast<std::size_t>(k) < order.size())
    order.resize(static_cast<std::size_t>(k));
  for (Index j = 0; j < scores.size(); ++j)
    if (!preprocessing::is_numeric(columns[static_cast<std::size_t>(j)])) order.push_back(j);
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

SelectKBest& SelectKBest::fit(const Dataset& data, const Context& context) {
  SelectKBestParams::schema().check(params_, type_name);
  const ScoreFunction function = function_for(params_.score_func, data);
  check_target(function, data);
  check_fit_data(type_name, data,
                 function == ScoreFunction::f_regression ? TargetKind::real : TargetKind::labels,
                 capabilities);
  const Vector weights = data.weights_or_ones();
  check_scorable(function, data, weights);
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn(data);
  state->scores = Vector::Constant(data.n_columns(), undefined);
  preprocessing::for_each_column(context, data.n_columns(), [&](Index j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    if (!preprocessing::is_numeric(column)) return;
    const auto values = data.x().col(j);
    if (function != ScoreFunction::chi2 && values.minCoeff() == values.maxCoeff()) return;
    const double score = function == ScoreFunction::f_classif      ? f_classif(data, weights, j)
                         : function == ScoreFunction::f_regression ? f_regression(data, weights, j)
                                                                   : chi2(data, weights, j);
    state->scores(j) = score;
  });
  context.check_stop(type_name);
  state->support = best_of(state->scores, data.columns(), params_.k);
  state->name_columns();
  state_ = std::move(state);
  return *this;
}

Matrix SelectKBest::transform(const MatrixView& x, const Context&) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result(x.rows(), static_cast<Index>(state.support.size()));
  for (Index i = 0; i < x.rows(); ++i)
    for (std::size_t j = 0; j < state.support.size(); ++j)
      result(i, static_cast<Index>(j)) = x(i, state.support[j]);
  return result;
}

Dataset SelectKBest::transform(const Dataset& data, const Context& context) const {
  return preprocessing::transformed(*this, data, context, uses_target);
}
Dataset SelectKBest::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& SelectKBest::trained_on() const { return fitted(state_, type_name).trained_on; }
const Vector& SelectKBest::scores() const { return fitted(state_, type_name).scores; }
const std::vector<Index>& SelectKBest::support() const { return fitted(state_, type_name).support; }
const std::vector<Column>& SelectKBest::output_columns() const {
  return fitted(state_, type_name).output_columns;
}

Value SelectKBest::save_state() const {
  const State& state = fitted(state_, type_name);
  Value::Integers support(state.support.begin(), state.support.end());
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"scores", Value(state.scores)},
                    {"support", std::move(support)}};
}

SelectKBest SelectKBest::load_state(const SelectKBestParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn::from_value(reader.at("trained_on"));
  const Index d = state->trained_on.n_columns();
  state->scores = reader.vector("scores", d, false);
  for (const std::int64_t j : reader.integers("support", -1, 0, d - 1)) {
    if (!state->support.empty() && j <= state->support.back())
      reader.fail("has kept columns that are not in order");
    state->support.push_back(static_cast<Index>(j));
  }
  state->name_columns();
  SelectKBest selector(params);
  selector.state_ = std::move(state);
  return selector;
}

}  // namespace grove
