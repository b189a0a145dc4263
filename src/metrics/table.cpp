#include "grove/metrics/table.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/metrics/classification.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/metrics/probability.hpp"
#include "grove/metrics/ranking.hpp"
#include "grove/metrics/regression.hpp"

namespace grove::metrics {
namespace {

using P = const Predictions&;
using LabelMetric = double (*)(const LabelsView&, const LabelsView&, const AverageOptions&,
                               const SampleWeights&);
using ValueMetric = double (*)(const VectorView&, const VectorView&, const SampleWeights&);
using ClusterMetric = double (*)(const LabelsView&, const LabelsView&);

template <LabelMetric metric, Average average>
double averaged(P p) {
  if (average == Average::binary && p.n_classes > 2) {
    throw InvalidParameter(
        concat("this metric is of class 1 of two, and there are ", p.n_classes, " classes"),
        "choose the metric's _macro, _micro or _weighted form");
  }
  return metric(*p.y_true, *p.y_pred, {.average = average}, p.weights);
}

template <ValueMetric metric>
double of_values(P p) {
  return metric(*p.target, *p.values, p.weights);
}

template <ClusterMetric metric>
double of_clusters(P p) {
  return metric(*p.y_true, *p.y_pred);
}

constexpr Average binary = Average::binary;
constexpr Average macro = Average::macro;
constexpr Average micro = Average::micro;
constexpr Average by_size = Average::weighted;

void add_label_metrics(std::vector<MetricInfo>& table) {
  const auto add = [&](std::string_view name, std::string_view doc, double (*function)(P)) {
    table.push_back({name, MetricInput::labels, true, doc, function});
  };
  add("accuracy", "share of rows that are right",
      [](P p) { return accuracy(*p.y_true, *p.y_pred, p.weights); });
  add("balanced_accuracy", "mean recall of the classes",
      [](P p) { return balanced_accuracy(*p.y_true, *p.y_pred, p.weights); });
  add("f1", "harmonic mean of precision and recall of class 1 of two", averaged<f1, binary>);
  add("f1_macro", "mean F1 of the classes", averaged<f1, macro>);
  add("f1_micro", "F1 of all classes' counts together", averaged<f1, micro>);
  add("f1_weighted", "mean F1 weighted by class size", averaged<f1, by_size>);
  add("precision", "share of the rows predicted as class 1 that are", averaged<precision, binary>);
  add("precision_macro", "mean precision of the classes", averaged<precision, macro>);
  add("precision_micro", "precision of all classes' counts together", averaged<precision, micro>);
  add("precision_weighted", "mean precision weighted by class size", averaged<precision, by_size>);
  add("recall", "share of the rows of class 1 that are found", averaged<recall, binary>);
  add("recall_macro", "mean recall of the classes", averaged<recall, macro>);
  add("recall_micro", "recall of all classes' counts together", averaged<recall, micro>);
  add("recall_weighted", "mean recall weighted by class size", averaged<recall, by_size>);
  add("jaccard", "intersection over union of class 1 of two", averaged<jaccard, binary>);
  add("jaccard_macro", "mean intersection over union of the classes", averaged<jaccard, macro>);
  add("jaccard_micro", "intersection over union of all classes' counts", averaged<jaccard, micro>);
  add("jaccard_weighted", "mean intersection over union weighted by class size",
      averaged<jaccard, by_size>);
  add("mcc", "Matthews correlation coefficient",
      [](P p) { return matthews_corrcoef(*p.y_true, *p.y_pred, p.weights); });
  add("cohen_kappa", "agreement beyond chance",
      [](P p) { return cohen_kappa(*p.y_true, *p.y_pred, KappaWeights::none, p.weights); });
}

void add_probability_metrics(std::vector<MetricInfo>& table) {
  const auto add = [&](std::string_view name, bool greater, std::string_view doc,
                       double (*function)(P)) {
    table.push_back({name, MetricInput::probabilities, greater, doc, function});
  };
  add("log_loss", false, "mean negative log probability of the true class",
      [](P p) { return log_loss(*p.y_true, *p.proba, p.weights); });
  add("brier", false, "mean squared error of the probabilities",
      [](P p) { return brier_score(*p.y_true, *p.proba, p.weights); });
  add("ece", false, "expected calibration error, 10 bins",
      [](P p) { return expected_calibration_error(*p.y_true, *p.proba, {}, p.weights); });
  add("roc_auc", true, "area under the ROC curve; several classes: one-vs-rest, macro",
      [](P p) { return roc_auc(*p.y_true, *p.proba, {}, p.weights); });
  add("roc_auc_ovr_weighted", true, "area under the ROC curve, one-vs-rest, by class size",
      [](P p) { return roc_auc(*p.y_true, *p.proba, {.average = Average::weighted}, p.weights); });
  add("roc_auc_ovo", true, "area under the ROC curve, one-vs-one, macro", [](P p) {
    return roc_auc(*p.y_true, *p.proba, {.multi_class = MultiClass::ovo}, p.weights);
  });
  add("average_precision", true, "area under the precision-recall steps; several classes: macro",
      [](P p) { return average_precision(*p.y_true, *p.proba, p.weights); });
}

double ndcg_of_queries(P p, int k) {
  const Labels one = p.groups == nullptr ? Labels::Zero(p.target->size()) : Labels();
  return ndcg_of_groups(*p.target, *p.values, p.groups != nullptr ? *p.groups : one,
                        {.k = k, .exponential = true}, p.weights,
                        p.context != nullptr ? *p.context : Context{});
}

void add_value_metrics(std::vector<MetricInfo>& table) {
  const auto add = [&](std::string_view name, bool greater, std::string_view doc,
                       double (*function)(P)) {
    table.push_back({name, MetricInput::values, greater, doc, function});
  };
  add("mse", false, "mean squared error", of_values<mean_squared_error>);
  add("rmse", false, "root of the mean squared error", of_values<root_mean_squared_error>);
  add("mae", false, "mean absolute error", of_values<mean_absolute_error>);
  add("median_ae", false, "median absolute error", of_values<median_absolute_error>);
  add("mape", false, "mean absolute error relative to the true value",
      of_values<mean_absolute_percentage_error>);
  add("r2", true, "1 - squared error / variance", of_values<r2>);
  add("explained_variance", true, "1 - variance of the error / variance",
      of_values<explained_variance>);
  add("pinball", false, "pinball loss of the median",
      [](P p) { return pinball_loss(*p.target, *p.values, {}, p.weights); });
  add("poisson_deviance", false, "mean Poisson deviance", of_values<mean_poisson_deviance>);
  add("gamma_deviance", false, "mean gamma deviance", of_values<mean_gamma_deviance>);
  add("ndcg", true, "order of each group: discounted gain 2^target - 1 over the best order's",
      [](P p) { return ndcg_of_queries(p, 0); });
  add("ndcg_at_10", true, "the same of the 10 rows of each group with the highest predictions",
      [](P p) { return ndcg_of_queries(p, 10); });
}

void add_cluster_metrics(std::vector<MetricInfo>& table) {
  const auto add = [&](std::string_view name, std::string_view doc, double (*function)(P)) {
    table.push_back({name, MetricInput::clusters, true, doc, function});
  };
  add("adjusted_rand", "pairs that agree, corrected for chance", of_clusters<adjusted_rand>);
  add("ami", "mutual information corrected for chance", of_clusters<adjusted_mutual_info>);
  add("nmi", "mutual information over mean entropy", of_clusters<normalized_mutual_info>);
  add("homogeneity", "clusters hold one class only", of_clusters<homogeneity>);
  add("completeness", "classes lie in one cluster", of_clusters<completeness>);
  add("v_measure", "harmonic mean of homogeneity and completeness",
      [](P p) { return v_measure(*p.y_true, *p.y_pred); });
  add("fowlkes_mallows", "geometric mean of pairwise precision and recall",
      of_clusters<fowlkes_mallows>);
  const auto add_shape = [&](std::string_view name, bool greater, std::string_view doc,
                             double (*function)(P)) {
    table.push_back({name, MetricInput::points, greater, doc, function});
  };
  add_shape("silhouette", true, "mean silhouette", [](P p) {
    return silhouette(*p.x, *p.y_pred, p.context != nullptr ? *p.context : Context{});
  });
  add_shape("calinski_harabasz", true, "between-cluster over within-cluster dispersion",
            [](P p) { return calinski_harabasz(*p.x, *p.y_pred); });
  add_shape("davies_bouldin", false, "mean of each cluster's worst overlap",
            [](P p) { return davies_bouldin(*p.x, *p.y_pred); });
  add_shape("dbcv", true, "density-based cluster validity; negative labels are noise", [](P p) {
    return dbcv(*p.x, *p.y_pred, p.context != nullptr ? *p.context : Context{});
  });
}

std::vector<MetricInfo> made_table() {
  std::vector<MetricInfo> table;
  add_label_metrics(table);
  add_probability_metrics(table);
  add_value_metrics(table);
  add_cluster_metrics(table);
  return table;
}

/// The first part that the metric reads and is null, or "".
std::string_view missing_part(MetricInput input, const Predictions& p) {
  switch (input) {
    case MetricInput::labels:
    case MetricInput::clusters:
      return p.y_true == nullptr ? "y_true" : p.y_pred == nullptr ? "y_pred" : "";
    case MetricInput::probabilities:
      return p.y_true == nullptr ? "y_true" : p.proba == nullptr ? "proba" : "";
    case MetricInput::values:
      return p.target == nullptr ? "target" : p.values == nullptr ? "values" : "";
    case MetricInput::points:
      return p.x == nullptr ? "x" : p.y_pred == nullptr ? "y_pred" : "";
  }
  return "";
}

}  // namespace

std::string_view to_string(MetricInput input) {
  switch (input) {
    case MetricInput::labels:
      return "labels";
    case MetricInput::probabilities:
      return "probabilities";
    case MetricInput::values:
      return "values";
    case MetricInput::clusters:
      return "clusters";
    case MetricInput::points:
      return "points";
  }
  return "";
}

double MetricInfo::operator()(const Predictions& predictions) const {
  const std::string_view part = missing_part(input, predictions);
  if (!part.empty()) {
    throw InvalidParameter(concat("metric '", name, "' needs ", part, ", which is null"),
                           concat("it is a metric of ", to_string(input)));
  }
  return function(predictions);
}

const std::vector<MetricInfo>& metric_table() {
  static const std::vector<MetricInfo> table = made_table();
  return table;
}

const MetricInfo& find_metric(std::string_view name) {
  const std::vector<MetricInfo>& table = metric_table();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const MetricInfo& info) { return info.name == name; });
  if (found != table.end()) return *found;
  throw InvalidParameter(
      concat("there is no metric '", printable(name), "'", did_you_mean(name, metric_names())),
      concat("the metrics are ", join(metric_names(), metric_table().size())));
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const MetricInfo& info : metric_table()) names.emplace_back(info.name);
  return names;
}

}  // namespace grove::metrics
