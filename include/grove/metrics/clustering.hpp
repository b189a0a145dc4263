#pragma once

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"

// Metrics of clusterings. Labels are any integers; noise (-1) is a cluster like the others, as in
// scikit-learn: leave its rows out first if it should not count (dbcv alone knows noise).
// Definitions are scikit-learn's (1.2.1), which take no weights. All throw InvalidData, naming the metric, on lengths that differ,
// no rows, NaN or inf.

namespace grove::metrics {

// Agreement of two labellings; the names of the clusters do not matter. Natural logarithms.
// O(n log n) time, O(n) memory.

/// Rand index corrected for chance (Hubert and Arabie 1985): 1 = equal, 0 = expected by chance.
double adjusted_rand(const LabelsView& labels_true, const LabelsView& labels_pred);
/// Mutual information corrected for chance, over the mean of the entropies (Vinh, Epps and Bailey
/// 2010). O(n (K_true + K_pred)) time.
double adjusted_mutual_info(const LabelsView& labels_true, const LabelsView& labels_pred);
/// Mutual information over the mean of the two entropies.
double normalized_mutual_info(const LabelsView& labels_true, const LabelsView& labels_pred);
/// 1 if every cluster holds one class only (Rosenberg and Hirschberg 2007).
double homogeneity(const LabelsView& labels_true, const LabelsView& labels_pred);
/// 1 if every class lies in one cluster.
double completeness(const LabelsView& labels_true, const LabelsView& labels_pred);
/// Harmonic mean of the two; completeness counts more if beta > 1. beta >= 0.
double v_measure(const LabelsView& labels_true, const LabelsView& labels_pred, double beta = 1);
/// Geometric mean of pairwise precision and recall (Fowlkes and Mallows 1983).
double fowlkes_mallows(const LabelsView& labels_true, const LabelsView& labels_pred);

// Shape of one clustering, euclidean. x is n x d. InvalidData unless there are 2 to n-1 clusters.

/// Rousseeuw's (1987) silhouette of every row, in [-1, 1]; 0 in a cluster of one. Exact.
/// O(n^2 d) time, each pair once, O(n d) memory; the same bits for any number of threads.
Vector silhouette_samples(const MatrixView& x, const LabelsView& labels,
                          const Context& context = {});
/// Its mean.
double silhouette(const MatrixView& x, const LabelsView& labels, const Context& context = {});
/// Between-cluster over within-cluster dispersion, higher is better (Calinski and Harabasz 1974);
/// 1 if there is no dispersion within. O(n d).
double calinski_harabasz(const MatrixView& x, const LabelsView& labels);
/// Mean over clusters of the worst (spread_i + spread_j) / distance_ij, lower is better (Davies and
/// Bouldin 1979); 0 if all spreads or all distances are 0. O(n d + K^2 d).
double davies_bouldin(const MatrixView& x, const LabelsView& labels);

/// Density-based cluster validity, in [-1, 1], higher is better (Moulavi, Jaskowiak, Campello,
/// Zimek and Sander, SDM 2014): for each cluster, its separation from the others against the widest
/// gap inside it, both in mutual reachability, weighted by its share of all rows. Fits clusters of
/// any shape. Rows with a negative label are noise and lower the index by their share; so are those
/// of clusters of one row. Coinciding points do not add to each other's density. Between equal
/// edges the spanning tree takes the one that leads to the lower row. InvalidData unless 2 clusters
/// have more than one row, and for values beyond 1e150. O(n^2 d) time, O(n d) memory.
double dbcv(const MatrixView& x, const LabelsView& labels, const Context& context = {});
/// What each cluster adds before the weighting, by increasing label; NaN for clusters of one row.
Vector dbcv_of_clusters(const MatrixView& x, const LabelsView& labels, const Context& context = {});

}  // namespace grove::metrics
