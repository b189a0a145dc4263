#pragma once

#include "core/not_fitted.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/column_transformer.hpp"
#include "grove/estimator/pipeline.hpp"

// Small estimators in the shape that users write and in grove's own.

namespace toys {

using namespace grove;

struct Majority {  // the least that a user writes
  int label = 0;
  void fit(const Dataset& d) {
    std::vector<int> counts(static_cast<std::size_t>(d.n_classes()));
    for (Index i = 0; i < d.n_rows(); ++i) ++counts[static_cast<std::size_t>(d.labels()(i))];
    label = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  }
  Labels predict(MatrixView x) const { return Labels::Constant(x.rows(), label); }
};

struct ShiftParams {
  double by = 1.0;
  static const Schema<ShiftParams>& schema() {
    static const Schema<ShiftParams> table =
        Schema<ShiftParams>().add("by", &ShiftParams::by, at_least(0), "How far.");
    return table;
  }
};

/// Adds `by` to every value.
class Shift {
 public:
  using Params = ShiftParams;
  static constexpr std::string_view type_name = "Shift";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = false};
  explicit Shift(ShiftParams params = {}) : params_(params) {}
  const ShiftParams& params() const { return params_; }
  Shift& fit(const Dataset& data, const Context& = {}) {
    ShiftParams::schema().check(params_, type_name);
    check_fit_data(type_name, data, TargetKind::none, capabilities);
    state_ = std::make_shared<const TrainedOn>(data);
    return *this;
  }
  Matrix transform(const MatrixView& x, const Context& = {}) const {
    check_predict_data(type_name, x, fitted(state_, type_name), capabilities);
    return (x.array() + params_.by).matrix();
  }
  const TrainedOn& trained_on() const { return fitted(state_, type_name); }
  const std::vector<Column>& output_columns() const { return trained_on().columns; }
  Value save_state() const { return Value::Map{{"trained_on", trained_on().to_value()}}; }

 private:
  ShiftParams params_;
  std::shared_ptr<const TrainedOn> state_;
};

struct MeanParams {
  double scale = 1.0;
  static const Schema<MeanParams>& schema() {
    static const Schema<MeanParams> table =
        Schema<MeanParams>().add("scale", &MeanParams::scale, greater_than(0), "Factor.");
    return table;
  }
};

/// Predicts the weighted mean of the target plus the first column.
class MeanRegressor {
 public:
  using Params = MeanParams;
  static constexpr std::string_view type_name = "MeanRegressor";
  static constexpr Capabilities capabilities{};
  explicit MeanRegressor(MeanParams params = {}) : params_(params) {}
  const MeanParams& params() const { return params_; }
  MeanRegressor& fit(const Dataset& data, const Context& = {}) {
    MeanParams::schema().check(params_, type_name);
    check_fit_data(type_name, data, TargetKind::real, capabilities);
    auto state = std::make_shared<State>();
    state->trained_on = TrainedOn(data);
    state->mean = data.target().dot(data.weights_or_ones()) / data.weights_or_ones().sum();
    state_ = state;
    return *this;
  }
  Vector predict(const MatrixView& x, const Context& = {}) const {
    const State& state = fitted(state_, type_name);
    check_predict_data(type_name, x, state.trained_on, capabilities);
    Vector result(x.rows());
    for (Index i = 0; i < x.rows(); ++i)
      result(i) = params_.scale * (state.mean + 1e-300 * x(i, 0));
    return result;
  }
  const TrainedOn& trained_on() const { return fitted(state_, type_name).trained_on; }
  Value save_state() const {
    const State& state = fitted(state_, type_name);
    return Value::Map{{"trained_on", state.trained_on.to_value()}, {"mean", state.mean}};
  }

 private:
  struct State {
    TrainedOn trained_on;
    double mean = 0;
  };
  MeanParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace toys
