#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

struct OrdinalEncoderParams {
  /// What a missing value or unseen category becomes; none = it stays missing.
  std::optional<double> encoded_missing_value = std::nullopt;
  static const Schema<OrdinalEncoderParams>& schema();
};

/// Turns each categorical column into a numeric one that holds the codes 0..categories-1; numeric
/// columns pass through.
class OrdinalEncoder {
 public:
  using Params = OrdinalEncoderParams;
  static constexpr std::string_view type_name = "OrdinalEncoder";
  static constexpr Capabilities capabilities{
      .missing_values = true, .categorical = true, .removes_categorical = true};

  explicit OrdinalEncoder(OrdinalEncoderParams params = {}) : params_(std::move(params)) {}
  const OrdinalEncoderParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  OrdinalEncoder& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static OrdinalEncoder load_state(const OrdinalEncoderParams& params, const StateReader& reader);

 private:
  struct State;
  OrdinalEncoderParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
