#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

// Metrics by name: what a scorer, a search and the command line choose from.

namespace grove::metrics {

/// What a metric reads of `Predictions`.
enum class MetricInput {
  labels,         ///< y_true and y_pred, both class codes
  probabilities,  ///< y_true and proba
  values,         ///< target and values
  clusters,       ///< y_true (the known groups) and y_pred (the clusters found)
  points          ///< x and y_pred (the clusters found); no truth
};

/// "labels", "probabilities", ...
std::string_view to_string(MetricInput input);

/// Borrowed results of one prediction: set what the metric's `input` names, leave the rest null.
struct Predictions {
  const Labels* y_true = nullptr;   ///< n codes
  const Labels* y_pred = nullptr;   ///< n codes
  const Matrix* proba = nullptr;    ///< n x n_classes
  const Vector* target = nullptr;   ///< n true values
  const Vector* values = nullptr;   ///< n predicted values
  const MatrixView* x = nullptr;    ///< n points
  const Vector* weights = nullptr;  ///< n sample weights; null = all ones
  const Labels* groups = nullptr;   ///< n ids of queries, for rankings; null = all rows are one
  /// Classes of the whole data set; used to tell two classes from more. 0 = as many as occur.
  int n_classes = 0;
  /// Threads for the metrics that can use several; null = the default.
  const Context* context = nullptr;
};

struct MetricInfo {
  std::string_view name;
  MetricInput input = MetricInput::labels;
  bool greater_is_better = true;
  std::string_view doc;  ///< one line
  double (*function)(const Predictions&) = nullptr;

  /// Throws InvalidParameter naming the metric and the part that is null, and what the metric's own
  /// function throws.
  double operator()(const Predictions& predictions) const;
};

/// All metrics, grouped by input. scikit-learn's definitions and defaults; with more than two
/// classes roc_auc is one-vs-rest and macro-averaged, roc_auc_ovo one-vs-one, average_precision
/// one-vs-rest and macro-averaged. f1, precision, recall and jaccard without a suffix are of class
/// 1 and need two classes.
const std::vector<MetricInfo>& metric_table();

/// Throws InvalidParameter with a "did you mean" if there is no such metric.
const MetricInfo& find_metric(std::string_view name);

/// In the order of the table.
std::vector<std::string> metric_names();

}  // namespace grove::metrics
