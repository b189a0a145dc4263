#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "grove/core/types.hpp"
#include "grove/metrics/views.hpp"

// Metrics of predicted classes. y_true and y_pred hold n class codes, 0 or above. Definitions and
// defaults are scikit-learn's (1.2.1). All throw InvalidData, naming the metric, on lengths that
// differ, no rows, a negative code, a code >= n_classes where that is given, and bad weights.
// O(n + K) time and O(K) memory unless said otherwise.

namespace grove::metrics {

/// How the values of the classes become one.
enum class Average {
  binary,   ///< that of class `positive`; InvalidParameter if more than two classes occur
  micro,    ///< from the counts of all classes together
  macro,    ///< the plain mean
  weighted  ///< the mean weighted by each class's true weight
};

struct AverageOptions {
  Average average = Average::binary;
  /// 0: the classes that occur in y_true or y_pred. K: classes 0..K-1, empty ones included.
  int n_classes = 0;
  int positive = 1;
  /// The value of 0 / 0, as the precision of a class that was never predicted: 0 or 1.
  double zero_division = 0;
};

/// The share of rows that are right.
double accuracy(const LabelsView& y_true, const LabelsView& y_pred,
                const SampleWeights& weights = {});

/// The mean recall of the classes that occur in y_true. `adjusted`: 0 is chance, 1 is perfect.
double balanced_accuracy(const LabelsView& y_true, const LabelsView& y_pred,
                         const SampleWeights& weights = {}, bool adjusted = false);

double precision(const LabelsView& y_true, const LabelsView& y_pred,
                 const AverageOptions& options = {}, const SampleWeights& weights = {});
double recall(const LabelsView& y_true, const LabelsView& y_pred,
              const AverageOptions& options = {}, const SampleWeights& weights = {});
double f1(const LabelsView& y_true, const LabelsView& y_pred, const AverageOptions& options = {},
          const SampleWeights& weights = {});
/// beta > 0, infinity allowed (recall). Macro: the mean of the classes' F, not the F of the means.
double f_beta(const LabelsView& y_true, const LabelsView& y_pred, double beta,
              const AverageOptions& options = {}, const SampleWeights& weights = {});
/// |intersection| / |union|.
double jaccard(const LabelsView& y_true, const LabelsView& y_pred,
               const AverageOptions& options = {}, const SampleWeights& weights = {});

struct PerClassOptions {
  double beta = 1;
  int n_classes = 0;  ///< 0: the largest code + 1
  double zero_division = 0;
};

/// One entry per class code; `support` is the true weight of the class.
struct PerClass {
  Vector precision;
  Vector recall;
  Vector f_beta;
  Vector support;
};
PerClass precision_recall_per_class(const LabelsView& y_true, const LabelsView& y_pred,
                                    const PerClassOptions& options = {},
                                    const SampleWeights& weights = {});

/// In [-1, 1]; 0 if y_true or y_pred has one class only. Gorodkin (2004) for more than two classes.
double matthews_corrcoef(const LabelsView& y_true, const LabelsView& y_pred,
                         const SampleWeights& weights = {});

enum class KappaWeights { none, linear, quadratic };
/// Agreement beyond chance (Cohen 1960). `linear` and `quadratic` count a disagreement by the
/// distance of the two classes among those that occur (O(K^2) time). InvalidData where chance
/// agreement is complete (one class only).
double cohen_kappa(const LabelsView& y_true, const LabelsView& y_pred,
                   KappaWeights kappa_weights = KappaWeights::none,
                   const SampleWeights& weights = {});

struct TopKOptions {
  int k = 2;
};
/// The share of rows whose class is among the k highest scores; of equal scores the higher class
/// counts as higher, as in scikit-learn. `scores` is n x K, K >= 2. O(n K).
double top_k_accuracy(const LabelsView& y_true, const MatrixView& scores,
                      const TopKOptions& options = {}, const SampleWeights& weights = {});

enum class Normalize { none, truth, prediction, all };
struct ConfusionOptions {
  int n_classes = 0;  ///< 0: the largest code + 1
  Normalize normalize = Normalize::none;
};
/// K x K: row = true class, column = predicted class. Rows or columns without weight stay 0.
Matrix confusion_matrix(const LabelsView& y_true, const LabelsView& y_pred,
                        const ConfusionOptions& options = {}, const SampleWeights& weights = {});

struct ReportOptions {
  /// Names of classes 0..K-1; empty: the codes that occur.
  std::vector<std::string> class_names = {};
  double zero_division = 0;
};

/// Precision, recall, F1 and support of every class and their means; `<<` prints a table.
struct ClassificationReport {
  struct Row {
    std::string name;
    double precision = 0;
    double recall = 0;
    double f1 = 0;
    double support = 0;
  };
  std::vector<Row> classes;
  double accuracy = 0;
  Row macro;
  Row weighted;
};
std::ostream& operator<<(std::ostream& out, const ClassificationReport& report);
ClassificationReport classification_report(const LabelsView& y_true, const LabelsView& y_pred,
                                           const ReportOptions& options = {},
                                           const SampleWeights& weights = {});

}  // namespace grove::metrics
