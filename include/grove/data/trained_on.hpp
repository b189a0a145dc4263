#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grove/data/dataset.hpp"
#include "grove/params/value.hpp"

namespace grove {

/// What an estimator can work with, beyond complete numeric columns.
struct Capabilities {
  bool missing_values = false;
  bool categorical = false;
  bool sample_weights = true;
  /// Of a regressor: it orders the rows of each group of the data by a relevance, a whole number
  /// from 0, and a weight is one of a whole group.
  bool ranks_groups = false;
  /// Of a transformer: its output is free of missing values, or of categorical columns.
  bool removes_missing = false;
  bool removes_categorical = false;
};

/// What a fitted model remembers of the data it was fitted on.
struct TrainedOn {
  std::vector<Column> columns;
  std::vector<std::string> class_names;  // empty unless fitted on labels
  std::string target_name;

  TrainedOn() = default;
  explicit TrainedOn(const Dataset& data)
      : columns(data.columns()), class_names(data.class_names()), target_name(data.target_name()) {}

  Index n_columns() const { return static_cast<Index>(columns.size()); }
  Index n_classes() const { return static_cast<Index>(class_names.size()); }

  /// `data`'s columns matched by name, in the order of training, with codes translated to the
  /// training categories; an unseen category becomes missing. Throws InvalidData naming `who` if a
  /// column is missing or of another kind.
  Matrix align(const Dataset& data, std::string_view who) const;

  Value to_value() const;
  static TrainedOn from_value(const StateReader& reader);
};

enum class TargetKind { none, labels, real };

/// The checks that every `fit` makes first. Throws InvalidData or Unsupported naming `who`, the
/// column and the count: no rows, no columns, a target of the wrong kind, missing values or
/// categorical columns that `capabilities` exclude, weights that it cannot use, rows that the fold
/// at work holds out (see HeldOut). O(n d).
void check_fit_data(std::string_view who, const Dataset& data, TargetKind target,
                    const Capabilities& capabilities);

/// The checks that every `predict` makes first: the number of columns, NaN unless allowed, inf.
/// Zero rows are fine.
void check_predict_data(std::string_view who, const MatrixView& x, const TrainedOn& trained_on,
                        const Capabilities& capabilities);

/// A data set from fit(x, y). y must hold the codes 0..K-1, each at least once; other integers are
/// refused, because predict would answer with codes that the caller does not know.
Dataset dataset_from(std::string_view who, const MatrixView& x, const Labels& y);
Dataset dataset_from(std::string_view who, const MatrixView& x, const Vector& y);

}  // namespace grove
