#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <limits>
#include <string>
#include <vector>

#include "grove/compare/comparison.hpp"
#include "grove/estimator/drawing.hpp"
#include "grove/model_selection/cluster_stability.hpp"

namespace grove {

struct ClusteringCompareOptions {
  /// Stability under resampling; n_pairs = 0 leaves it out. Its seed is `seed`.
  StabilityOptions stability = {.n_pairs = 5};
  /// Rows, drawn by seed and equal for all, on which the quadratic measures (silhouette, DBCV) are
  /// taken; 0 = all.
  Index metric_rows = 0;
  /// Judge on columns of zero mean and unit variance. The fits see the data as they are.
  bool standardize = false;
  /// Points in each scatter plot at most, drawn by seed.
  Index drawn_points = 1500;
  /// What else to draw of a fitted model, as drawings_of() does.
  std::function<std::vector<Drawing>(const Estimator&)> drawings = {};
  std::uint64_t seed = 0;
};

/// A figure that clusterings are judged by.
struct ClusterMeasure {
  std::string name;
  bool greater_is_better = true;
  /// Against the target, which the fits do not see.
  bool external = false;
  /// What kind of clusterings it favours, in one sentence.
  std::string favours;
};

struct ClusterScore {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string undefined;  // why there is no value
  double rank = 0;        // 1 = best; equal ones share; those without a value come last
};

/// One contender.
struct ClusteringStanding {
  std::string contender;
  std::string model;
  std::string error;  // empty unless the fit failed
  std::string hint;
  Labels labels;  // of all rows; empty if the fit failed
  Index n_clusters = 0;
  Index n_noise = 0;
  std::vector<ClusterScore> scores;  // in the order of the measures
  double stability_std = 0;
  double fit_seconds = 0;
  std::uint64_t peak_bytes = 0;  // rise of the process's memory during the fit
  WorkCounts work;               // of the fit
  std::vector<std::string> warnings;
  std::vector<Drawing> drawings;
};

struct ClusteringComparison {
  std::string dataset;
  Index n_rows = 0;
  Index n_columns = 0;
  std::string fingerprint;
  std::string target;  // held back from the fits; "" if there is none
  Labels truth;        // its classes; empty if there are none
  std::vector<ClusterMeasure> measures;
  std::vector<ClusteringStanding> standings;  // in the order of the contenders
  ClusteringCompareOptions options;
  Index n_judged_columns = 0;  // the numeric ones
  /// Rows in the scatter plots and their places on the first two principal components; empty, and
  /// `not_drawn` says why, if there are missing values or no numeric column.
  std::vector<Index> drawn_rows;
  Matrix drawn_points;
  Vector explained_variance;  // shares of the two components
  std::string not_drawn;
};

/// Fits every clusterer on all of `data` (without its target) and judges them by the same measures
/// on the same points: silhouette, Calinski-Harabasz, Davies-Bouldin, DBCV, stability under
/// resampling and, if the data have classes, agreement with them. The shape of clusters is judged
/// on the numeric columns as given, whatever a pipeline makes of them. Rows of noise are left out
/// of silhouette, Calinski-Harabasz and Davies-Bouldin, lower DBCV by their share, and are one more
/// group to the agreements: look at the share of noise beside the scores. A measure that is not
/// defined (one cluster, missing values) has the reason in its place; a contender whose fit fails
/// stays in the table with its error.
///
/// Throws InvalidParameter for no contenders, a name that repeats, an estimator that is no
/// clusterer, or options out of range.
ClusteringComparison compare_clusterings(const std::vector<Contender>& contenders,
                                         const Dataset& data,
                                         const ClusteringCompareOptions& options = {},
                                         const Context& context = {});

/// A table; the best of each measure has a star.
std::ostream& operator<<(std::ostream& out, const ClusteringComparison& comparison);

/// Everything but the labels, with full precision and the environment.
std::string to_json(const ClusteringComparison& comparison, const Context& context = {});

/// One page that needs no network: table, scatter plots, drawings, failures, provenance.
std::string to_html(const ClusteringComparison& comparison, const Context& context = {});

}  // namespace grove
