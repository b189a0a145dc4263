#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "grove/estimator/estimator.hpp"

namespace grove {

/// Where the reference points are drawn, uniformly: in the box of the columns' ranges, or in the
/// box along the principal axes, which follows data that are stretched across the columns.
enum class GapReference { box, principal_box };

struct GapOptions {
  /// Numbers of clusters to try, increasing and consecutive.
  std::vector<int> n_clusters = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  /// The clusterer's parameter that takes them; in a pipeline STEP__n_clusters.
  std::string parameter = "n_clusters";
  int n_references = 20;
  GapReference reference = GapReference::principal_box;
  std::uint64_t seed = 0;
};

/// One number of clusters.
struct GapRow {
  int n_clusters = 0;
  /// Logarithm of the squared distances of the points to their clusters' means, summed up; -inf if
  /// that is 0.
  double log_dispersion = 0;
  double reference_mean = 0;  // of the same on the references
  double gap = 0;             // reference_mean - log_dispersion
  /// Standard deviation over the references times sqrt(1 + 1 / n_references).
  double error = 0;
};

struct GapStatistic {
  std::vector<GapRow> rows;
  /// The smallest number whose gap is at least the next one's less its error; empty if there is
  /// none, which says that more clusters should be tried.
  std::optional<int> n_clusters;
};

/// How many clusters: compares how close the clusters are with what the same clusterer finds where
/// there are none (Tibshirani, Walther and Hastie 2001). Fits n_clusters.size() * (1 +
/// n_references) models; the references are equal for all numbers of clusters. The same bits for
/// any number of threads.
///
/// Throws InvalidParameter for options out of range or a clusterer without the parameter;
/// InvalidData for x that is empty or not finite, or a clusterer that leaves rows as noise; and
/// what a fit throws.
GapStatistic gap_statistic(const Estimator& clusterer, const MatrixView& x,
                           const GapOptions& options = {}, const Context& context = {});

/// A table; the chosen number is marked.
std::ostream& operator<<(std::ostream& out, const GapStatistic& statistic);

}  // namespace grove
