#include "grove/preprocessing/standard_scaler.hpp"

#include <cmath>
#include <limits>

#include "core/not_fitted.hpp"
#include "grove/core/parallel.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

const Schema<StandardScalerParams>& StandardScalerParams::schema() {
  using P = StandardScalerParams;
  static const Schema<P> table =
      Schema<P>()
          .add("with_mean", &P::with_mean, "Subtract the mean.")
          .add("with_std", &P::with_std, "Divide by the standard deviation.");
  return table;
}

struct StandardScaler::State {
  preprocessing::FittedOn trained_on;
  Vector mean;
  Vector var;
  Vector scale;
};

namespace {

struct Sums {
  Vector weight;
  Vector first;   // sum of w (x - center)
  Vector second;  // sum of w (x - center)^2
};

/// Over the present values, about `center`.
Sums sums_about(const Vector& center, const Dataset& data, const Context& context) {
  const MatrixMap x = data.x();
  const Vector* weights = data.weights();
  const Vector zero = Vector::Zero(x.cols());
  const Index grain = std::max<Index>(1024, (x.rows() + 63) / 64);
  return parallel_reduce(
      context, x.rows(), grain, Sums{zero, zero, zero},
      [&](Index begin, Index end) {
        Sums sums{zero, zero, zero};
        for (Index i = begin; i < end; ++i) {
          const double w = weights ? (*weights)(i) : 1.0;
          for (Index j = 0; j < x.cols(); ++j) {
            const double gap = x(i, j) - center(j);
            if (!(w > 0) || std::isnan(gap)) continue;
            sums.weight(j) += w;
            sums.first(j) += w * gap;
            sums.second(j) += w * gap * gap;
          }
        }
        return sums;
      },
      [](Sums& total, const Sums& part) {
        total.weight += part.weight;
        total.first += part.first;
        total.second += part.second;
      });
}

/// scikit-learn's rule for a variance that is only rounding.
bool is_constant(double var, double mean, double weight) {
  constexpr double eps = std::numeric_limits<double>::epsilon();
  const double slip = weight * mean * eps;
  return var <= weight * eps * var + slip * slip;
}

}  // namespace

StandardScaler& StandardScaler::fit(const Dataset& data, const Context& context) {
  StandardScalerParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn(data);
  const Index d = data.n_columns();
  state->mean = Vector::Zero(d);
  state->var = state->scale = Vector::Ones(d);
  const Sums raw = sums_about(Vector::Zero(d), data, context);
  const Vector mean = raw.first.cwiseQuotient(raw.weight.cwiseMax(1e-300));
  const Sums centred = sums_about(mean, data, context);
  for (Index j = 0; j < d; ++j) {
    const Column& column = data.columns()[static_cast<std::size_t>(j)];
    const double weight = raw.weight(j);
    if (!preprocessing::is_numeric(column) || !(weight > 0)) continue;
    const double slip = centred.first(j) / weight;  // what rounding left in the mean
    state->mean(j) = mean(j) + slip;
    const double var = centred.second(j) / weight - slip * slip;
    if (!std::isfinite(state->mean(j)) || !std::isfinite(var))
      preprocessing::throw_overflow(type_name, "variance", column);
    state->var(j) = std::max(0.0, var);
    if (params_.with_std && !is_constant(state->var(j), state->mean(j), weight))
      state->scale(j) = std::sqrt(state->var(j));
  }
  state_ = std::move(state);
  return *this;
}

Matrix StandardScaler::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Eigen::RowVectorXd shift = params_.with_mean
                                       ? Eigen::RowVectorXd(state.mean.transpose())
                                       : Eigen::RowVectorXd(Eigen::RowVectorXd::Zero(x.cols()));
  const Eigen::RowVectorXd scale = state.scale.transpose();
  Matrix result(x.rows(), x.cols());
  parallel_for(context, x.rows(), 4096, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) result.row(i) = (x.row(i) - shift).cwiseQuotient(scale);
  });
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  return result;
}

Matrix StandardScaler::inverse_transform(const MatrixView& x, const Context&) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  Matrix result = x;
  for (Index i = 0; i < x.rows(); ++i) {
    result.row(i) = result.row(i).cwiseProduct(state.scale.transpose());
    if (params_.with_mean) result.row(i) += state.mean.transpose();
  }
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  return result;
}

Dataset StandardScaler::transform(const Dataset& data, const Context& context) const {
  return preprocessing::transformed(*this, data, context);
}
Dataset StandardScaler::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& StandardScaler::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& StandardScaler::output_columns() const { return trained_on().columns; }
const Vector& StandardScaler::mean() const { return fitted(state_, type_name).mean; }
const Vector& StandardScaler::var() const { return fitted(state_, type_name).var; }
const Vector& StandardScaler::scale() const { return fitted(state_, type_name).scale; }

Value StandardScaler::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"mean", Value(state.mean)},
                    {"var", Value(state.var)},
                    {"scale", Value(state.scale)}};
}

StandardScaler StandardScaler::load_state(const StandardScalerParams& params,
                                          const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn::from_value(reader.at("trained_on"));
  const Index d = state->trained_on.n_columns();
  state->mean = reader.vector("mean", d);
  state->var = reader.vector("var", d);
  state->scale = reader.vector("scale", d);
  if (state->var.minCoeff() < 0 || !(state->scale.minCoeff() > 0))
    reader.fail("has a scale that is not positive");
  StandardScaler scaler(params);
  scaler.state_ = std::move(state);
  return scaler;
}

}  // namespace grove
