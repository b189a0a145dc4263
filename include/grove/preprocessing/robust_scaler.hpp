#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct RobustScalerParams {
  /// Subtract the median.
  bool with_centering = true;
  /// Divide by the quantile range.
  bool with_scaling = true;
  /// The two quantiles, in percent.
  std::vector<double> quantile_range = {25.0, 75.0};
  static const Schema<RobustScalerParams>& schema();
};

/// (x - median) / quantile range of each numeric column; categorical columns pass through.
/// Quantiles interpolate linearly; integer weights count repeated rows, other weights take the
/// smallest value that reaches the quantile. Missing values are left out in fit and stay missing. A
/// column whose range is 0 is not divided. O(n log n) per column.
class RobustScaler {
 public:
  using Params = RobustScalerParams;
  static constexpr std::string_view type_name = "RobustScaler";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit RobustScaler(RobustScalerParams params = {}) : params_(std::move(params)) {}
  const RobustScalerParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  RobustScaler& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});
  /// The inverse of transform, up to rounding (and clipping).
  Matrix inverse_transform(const MatrixView& x, const Context& context = {}) const;
  /// One per column; 0 and 1 for a categorical one or one without values.
  const Vector& center() const;
  const Vector& scale() const;

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static RobustScaler load_state(const RobustScalerParams& params, const StateReader& reader);

 private:
  struct State;
  RobustScalerParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
