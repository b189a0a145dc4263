#pragma once

#include "grove/core/context.hpp"
#include "grove/core/types.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/metrics/views.hpp"

// Metrics of the order that scores give. Higher scores mean "more likely in the class". Equal
// scores count as one threshold. y_true holds n class codes. All throw InvalidData, naming the
// metric, on lengths that differ, no rows, codes without a column, NaN or inf, and bad weights. O(n
// log n) time at most, O(n) memory.

namespace grove::metrics {

enum class MultiClass {
  ovr,  ///< each class against the rest
  ovo   ///< each pair of classes (Hand and Till 2001); takes no weights
};
struct RocAucOptions {
  MultiClass multi_class = MultiClass::ovr;
  /// macro or weighted (by the weight of the class, or the size of the pair).
  Average average = Average::macro;
};

/// Area under the ROC curve: the probability that a row of the class scores above one that is not,
/// ties counting half. `scores`: a vector or two columns (of which the second is used) for two
/// classes, else n x K probabilities whose rows sum to 1. InvalidData if a class has no rows: the
/// area is undefined.
double roc_auc(const LabelsView& y_true, const ScoresView& scores,
               const RocAucOptions& options = {}, const SampleWeights& weights = {});

/// Sum over thresholds of (recall_i - recall_(i-1)) * precision_i. A vector or two columns: of
/// class
/// 1. K columns: the mean over the classes, each against the rest. A class without rows gives 0.
double average_precision(const LabelsView& y_true, const ScoresView& scores,
                         const SampleWeights& weights = {});

struct RocCurveOptions {
  int positive = 1;
  /// Leave out the points that lie on a line between their neighbours.
  bool drop_intermediate = true;
};
/// By decreasing threshold; row i is positive where score >= threshold(i). The first threshold is
/// infinity: nothing is positive.
struct RocCurve {
  Vector false_positive_rate;
  Vector true_positive_rate;
  Vector thresholds;
};
/// InvalidData unless y_true holds both the positive class and another.
RocCurve roc_curve(const LabelsView& y_true, const VectorView& scores,
                   const RocCurveOptions& options = {}, const SampleWeights& weights = {});

struct PrecisionRecallOptions {
  int positive = 1;
};
/// By increasing threshold; the last point, precision 1 and recall 0, has no threshold.
struct PrecisionRecallCurve {
  Vector precision;
  Vector recall;
  Vector thresholds;
};
/// Without a positive row, recall is 1 at every threshold.
PrecisionRecallCurve precision_recall_curve(const LabelsView& y_true, const VectorView& scores,
                                            const PrecisionRecallOptions& options = {},
                                            const SampleWeights& weights = {});

struct NdcgOptions {
  int k = 0;  ///< only the k highest scores count; 0 = all
  /// The gain is 2^relevance - 1 (Burges et al. 2005) in the place of the relevance.
  bool exponential = false;
};
/// Normalised discounted cumulative gain (Jarvelin and Kekalainen 2002), mean over rows: a row is a
/// query, a column an item, y_true its relevance >= 0. Gain = relevance, discount = log2(rank + 1);
/// equal scores share their mean gain (McSherry and Najork 2008). A row without relevance gives 0.
/// Weights are per row. O(n m log m).
double ndcg(const MatrixView& y_true, const MatrixView& scores, const NdcgOptions& options = {},
            const SampleWeights& weights = {});
/// The same of rows whose equal group ids make a query: the mean over groups by the mean weight of
/// their rows. A row of weight 0 takes no part. The same bits for any number of threads.
double ndcg_of_groups(const VectorView& relevance, const VectorView& scores,
                      const LabelsView& groups, const NdcgOptions& options = {},
                      const SampleWeights& weights = {}, const Context& context = {});

}  // namespace grove::metrics
