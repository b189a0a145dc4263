#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct StandardScalerParams {
  /// Subtract the mean.
  bool with_mean = true;
  /// Divide by the standard deviation.
  bool with_std = true;
  static const Schema<StandardScalerParams>& schema();
};

/// (x - mean) / standard deviation of each numeric column; categorical columns pass through.
/// Weighted moments (divisor: the sum of weights) in two passes, O(n d). Missing values are left
/// out in fit and stay missing. A constant column (scikit-learn's rule) is not divided; a column
/// without values is left as it is. A variance that overflows throws InvalidData.
class StandardScaler {
 public:
  using Params = StandardScalerParams;
  static constexpr std::string_view type_name = "StandardScaler";
  static constexpr Capabilities capabilities{.missing_values = true, .categorical = true};

  explicit StandardScaler(StandardScalerParams params = {}) : params_(std::move(params)) {}
  const StandardScalerParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  StandardScaler& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});
  /// The inverse of transform, up to rounding (and clipping).
  Matrix inverse_transform(const MatrixView& x, const Context& context = {}) const;
  /// One per column; 0, 1 and 1 for a categorical one.
  const Vector& mean() const;
  const Vector& var() const;
  const Vector& scale() const;

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static StandardScaler load_state(const StandardScalerParams& params, const StateReader& reader);

 private:
  struct State;
  StandardScalerParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
