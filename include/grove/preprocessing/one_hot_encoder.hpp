#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

enum class DropCategory { none, first, if_binary };
std::span<const EnumName<DropCategory>> enum_names(DropCategory);

enum class HandleMissing { indicator, zeros };
std::span<const EnumName<HandleMissing>> enum_names(HandleMissing);

struct OneHotEncoderParams {
  /// Leave out each column's first category, or that of columns with two.
  DropCategory drop = DropCategory::none;
  /// indicator: a column with missing values in fit gets a category `nan` of its own, as in
  /// scikit-learn. zeros: a missing value has 0 everywhere.
  HandleMissing handle_missing = HandleMissing::indicator;
  static const Schema<OneHotEncoderParams>& schema();
};

/// One column of 0 and 1 per category, called COLUMN_CATEGORY, in the place of each categorical
/// column; numeric columns pass through. All categories of the column count, also those without
/// rows, so that folds agree. Categories unseen in fit are missing values; those have 0 everywhere
/// unless the column has a `nan` category. Rows of weight 0 are left out in fit.
class OneHotEncoder {
 public:
  using Params = OneHotEncoderParams;
  static constexpr std::string_view type_name = "OneHotEncoder";
  static constexpr Capabilities capabilities{
      .missing_values = true, .categorical = true, .removes_categorical = true};

  explicit OneHotEncoder(OneHotEncoderParams params = {}) : params_(std::move(params)) {}
  const OneHotEncoderParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  OneHotEncoder& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static OneHotEncoder load_state(const OneHotEncoderParams& params, const StateReader& reader);

 private:
  struct State;
  OneHotEncoderParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
