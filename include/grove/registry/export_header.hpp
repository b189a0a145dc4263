#pragma once

#include <string>

#include "grove/estimator/estimator.hpp"

namespace grove {

struct ExportOptions {
  /// The namespace of the header's functions; `a::b` is fine.
  std::string name_space = "model";
};

/// A fitted model as the text of one C++17 header that needs nothing but the standard library:
/// pipelines of scalers, imputer, encoders and ColumnTransformer that end in gradient boosting,
/// decision trees, forests, LogisticRegression, LinearRegression, Ridge, GaussianNB or a dummy. In
/// the header stand the columns with their categories, the class names, and
///
///   int predict(const double* row);                          // class code; a regressor: double
///   void predict_proba(const double* row, double* out);      // n_classes numbers; classifiers
///   void raw_scores(const double* row, double* out);         // n_scores numbers
///   double category_code(int column, std::string_view word); // NaN if unseen; also by name
///
/// `row` holds n_columns numbers in the order of training: codes for categories, NaN for missing
/// values. The answers are those of grove, bit for bit (given the same standard library's exp), for
/// every row that grove takes; a row that grove refuses (infinite values, missing ones where the
/// model takes none) gets an unspecified number. Numbers are written so that they read back to the
/// same bits, and the text depends on the model alone.
///
/// Throws NotFitted, Unsupported naming the step that cannot be written, InvalidParameter for a
/// namespace that is none. Time and memory O(size of the model).
std::string export_header(const Estimator& model, const ExportOptions& options = {});

}  // namespace grove
