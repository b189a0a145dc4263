#pragma once

#include <memory>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/report.hpp"
#include "grove/data/trained_on.hpp"
#include "grove/params/schema.hpp"

namespace grove {

/// How much a column alone says about the target.
enum class ScoreFunction {
  automatic,     // f_classif for classes, f_regression for values
  f_classif,     // F of the one-way analysis of variance between the classes
  f_regression,  // F of the linear regression on the column
  chi2           // chi-squared between the classes and the column's sums: values >= 0, counts
};
std::span<const EnumName<ScoreFunction>> enum_names(ScoreFunction);

struct SelectKBestParams {
  ScoreFunction score_func = ScoreFunction::automatic;
  /// Numeric columns to keep; 0, or more than there are: all.
  int k = 10;
  static const Schema<SelectKBestParams>& schema();
};

/// The k numeric columns of highest score, in their old order; categorical columns pass through.
/// It learns from the target: fitted before the data is split it leaks (G-LEAK-02); in a pipeline
/// it is fitted inside the fold.
///
/// Of equal scores the lower column is kept; a column whose score is undefined (constant, or all
/// classes but one empty) comes after all others. Missing values are refused. Integer weights count
/// repeated rows. O(n d), columns in parallel, the same bits for any number of threads. Throws
/// InvalidData for a target of the wrong kind, for one class and, with chi2, for negative values.
class SelectKBest {
 public:
  using Params = SelectKBestParams;
  static constexpr std::string_view type_name = "SelectKBest";
  static constexpr Capabilities capabilities{.missing_values = false, .categorical = true};
  static constexpr bool uses_target = true;

  explicit SelectKBest(SelectKBestParams params = {}) : params_(std::move(params)) {}
  const SelectKBestParams& params() const { return params_; }

  /// Throws InvalidParameter or InvalidData; the old state is then kept.
  SelectKBest& fit(const Dataset& data, const Context& context = {});
  /// x has the columns of the training data, the result output_columns(). Each row alone.
  Matrix transform(const MatrixView& x, const Context& context = {}) const;
  /// Columns matched by name; target, weights and groups are carried over.
  Dataset transform(const Dataset& data, const Context& context = {}) const;
  Dataset fit_transform(const Dataset& data, const Context& context = {});

  /// One per column; NaN where undefined and for a categorical one. Infinite for a column that
  /// tells the target without error.
  const Vector& scores() const;
  /// Places of the kept columns, ascending.
  const std::vector<Index>& support() const;

  const std::vector<Column>& output_columns() const;
  const TrainedOn& trained_on() const;
  Value save_state() const;
  static SelectKBest load_state(const SelectKBestParams& params, const StateReader& reader);

 private:
  struct State;
  SelectKBestParams params_;
  std::shared_ptr<const State> state_;
};

}  // namespace grove
