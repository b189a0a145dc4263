#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct MinMaxScalerParams {
  /// Low and high end of the result.
  std::vector<double> feature_range = {0.0, 1.0};
  /// Cut values outside the range of the training data to feature_range.
  bool clip = false;
  static const Schema<MinMaxScalerParams>& schema();
};

/// Maps each numeric column's range onto feature_range; categorical columns pass through. Rows of
/// weight 0 are left out in fit, other weights do not matter. Missing values are left out and stay
/// missing. A constant column goes to the low end. A range that overflows throws InvalidData.
class MinMaxScaler {
 public:
  using Params = MinMaxScalerParams;
  static constexpr std::string_view type_name = "MinMaxScaler";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit MinMaxScaler(MinMaxScalerParams params = {}) : params_(std::move(params)) {}
  const MinMaxScalerParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  MinMaxScaler& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});
  /// The inverse of transform, up to rounding (and clipping).
  Matrix inverse_transform(const MatrixView& x, const Context& context = {}) const;
  /// One per column; 0 for a categorical one or one without values.
  const Vector& data_min() const;
  const Vector& data_max() const;
  /// transform is x * scale() + min().
  const Vector& scale() const;
  const Vector& min() const;

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static MinMaxScaler load_state(const MinMaxScalerParams& params, const StateReader& reader);

 private:
  struct State;
  MinMaxScalerParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
