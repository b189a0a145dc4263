#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grove/estimator/transformer.hpp"

namespace grove {

/// What becomes of the columns that no part of a ColumnTransformer names.
enum class Remainder { passthrough, drop };

/// A transformer for some columns, by name.
struct ColumnPart {
  Transformer transformer;
  std::vector<std::string> columns;
};

/// Applies transformers to named columns side by side: the outputs of the parts in their order,
/// then the remaining columns. A column may appear in several parts. Throws InvalidData at fit,
/// with a suggestion, for a column that the data lacks, and if two outputs have the same name.
class ColumnTransformer {
 public:
  static constexpr std::string_view type_name = "ColumnTransformer";

  explicit ColumnTransformer(std::vector<ColumnPart> parts,
                             Remainder remainder = Remainder::passthrough);

  const std::vector<ColumnPart>& parts() const { return parts_; }
  Remainder remainder() const { return remainder_; }
  Capabilities capabilities() const;
  std::string expression() const;

  ColumnTransformer& fit(const Dataset& data, const Context& context = {});
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  ColumnTransformer unfitted() const;
  ParamValues param_values() const;
  void set_param(std::string_view name, const Value& value);
  SearchSpace search_space() const;
  Value save_state() const;
  /// `parts` hold their loaded transformers, in the order in which `save_state` wrote them.
  static ColumnTransformer load_state(std::vector<ColumnPart> parts, Remainder remainder,
                                      const StateReader& reader);

 private:
  struct State;
  std::vector<ColumnPart> parts_;
  Remainder remainder_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
