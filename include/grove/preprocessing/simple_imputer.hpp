#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

enum class ImputeStrategy { mean, median, most_frequent, constant };
std::span<const EnumName<ImputeStrategy>> enum_names(ImputeStrategy);

struct SimpleImputerParams {
  /// What replaces missing numbers. Categorical columns take their most frequent category, or
  /// fill_category if this is constant.
  ImputeStrategy strategy = ImputeStrategy::mean;
  /// The number for strategy = constant, and for columns without a single value.
  double fill_value = 0.0;
  /// The category for strategy = constant, and for columns without a single value; it is appended
  /// to the column's categories if it is not one of them.
  std::string fill_category = "missing";
  static const Schema<SimpleImputerParams>& schema();
};

/// Replaces missing values, numeric and categorical columns each by their own rule (see strategy).
/// The smallest of equally frequent values wins. Weights count: integers as repeated rows, others
/// as shares; the median is then RobustScaler's. No column is dropped. O(n log n) per column.
class SimpleImputer {
 public:
  using Params = SimpleImputerParams;
  static constexpr std::string_view type_name = "SimpleImputer";
  static constexpr Capabilities capabilities{
      .missing_values = true, .categorical = true, .removes_missing = true};

  explicit SimpleImputer(SimpleImputerParams params = {}) : params_(std::move(params)) {}
  const SimpleImputerParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  SimpleImputer& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});
  /// What replaces a missing value, one per column: a number or the code of a category.
  const Vector& statistics() const;

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static SimpleImputer load_state(const SimpleImputerParams& params, const StateReader& reader);

 private:
  struct State;
  SimpleImputerParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
