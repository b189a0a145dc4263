#include "cli/metric_choice.hpp"

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/estimator/external_model.hpp"
#include "grove/metrics/table.hpp"

namespace grove::cli {

namespace {

using metrics::MetricInfo;
using metrics::MetricInput;

bool fits(const MetricInfo& metric, const Estimator& model) {
  switch (model.kind()) {
    case EstimatorKind::classifier:
      return metric.input == MetricInput::labels ||
             (metric.input == MetricInput::probabilities && model.has_predict_proba());
    case EstimatorKind::regressor:
      return metric.input == MetricInput::values;
    case EstimatorKind::clusterer:
      return metric.input == MetricInput::clusters || metric.input == MetricInput::points;
    case EstimatorKind::outlier_detector:
      return false;
  }
  return false;
}

}  // namespace

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  while (begin <= names.size()) {
    std::size_t end = names.find(',', begin);
    if (end == std::string::npos) end = names.size();
    std::string name = names.substr(begin, end - begin);
    while (!name.empty() && name.front() == ' ') name.erase(0, 1);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (!name.empty()) result.push_back(name);
    begin = end + 1;
  }
  return result;
}

std::vector<Scorer> chosen_metrics(const std::string& names, const Estimator& model) {
  const std::vector<std::string> wanted = split_names(names);
  // The data will say whether it is a classifier; the metrics then fit or fail.
  if (external_part(model) != nullptr) return {wanted.begin(), wanted.end()};
  if (wanted.empty()) return default_scorers(model);
  for (const std::string& name : wanted) {
    const MetricInfo& metric = metrics::find_metric(name);
    if (fits(metric, model)) continue;
    std::vector<std::string> others;
    for (const MetricInfo& other : metrics::metric_table())
      if (fits(other, model)) others.emplace_back(other.name);
    throw InvalidParameter(
        concat("the metric '", name, "' needs ", metrics::to_string(metric.input), ", which ",
               model.expression(), " (a ", to_string(model.kind()), ") does not give"),
        concat("metrics for it are ", join(others, 99)));
  }
  return {wanted.begin(), wanted.end()};
}

}  // namespace grove::cli
