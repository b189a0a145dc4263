#include <cmath>

#include "compare/format.hpp"
#include "compare/report_format.hpp"
#include "compare/tuning.hpp"
#include "grove/compare/comparison.hpp"
#include "model_selection/cv_json.hpp"
#include "model_selection/search_json.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

/// Null where nothing was counted.
Json unit_cost_part(const Standing& standing) {
  const UnitCost cost = unit_cost(standing);
  if (cost.counter.empty()) return nullptr;
  return {{"counter", cost.counter}, {"count", cost.count}, {"cpu_seconds", cost.seconds}};
}

Json model_part(const Standing& standing, const Plan& plan) {
  Json model = model_json(standing.result);
  model["name"] = standing.contender;
  model["params"] = Json::object();  // the baseline has none
  for (const PlannedContender& contender : plan.contenders)
    if (contender.name == standing.contender) model["params"] = params_json(contender.params);
  model["tuned"] = standing.tuned;
  if (!plan.tuning.empty()) model["tuning"] = tuning_json(standing);
  model["unit_cost"] = unit_cost_part(standing);
  for (std::size_t i = 0; i < standing.result.folds.size(); ++i) {
    const FoldResult& fold = standing.result.folds[i];
    Json& entry = model["folds"][i];
    entry["hint"] = fold.hint.empty() ? Json(nullptr) : Json(fold.hint);
    if (fold.search) entry["search"] = fold_search_json(*fold.search);
  }
  return model;
}

Json dataset_part(const DatasetComparison& data, const Plan& plan) {
  Json models = Json::array();
  Json tests = Json::array();
  Json ranks = Json::object();
  std::string best;
  for (const Standing& standing : data.standings)
    if (standing.best) best = standing.contender;
  for (const Standing& standing : data.standings) {
    models.push_back(model_part(standing, plan));
    ranks[standing.contender] = standing.rank;
    if (std::isnan(standing.p_value)) continue;
    tests.push_back({{"a", standing.contender},
                     {"b", best},
                     {"test", "corrected_resampled_t"},
                     {"metric", data.metric},
                     {"statistic", number_or_null(standing.t_statistic)},
                     {"p_value", standing.p_value},
                     {"p_adjusted", standing.p_adjusted}});
  }
  return {{"dataset",
           {{"name", data.dataset},
            {"n_rows", data.n_rows},
            {"n_features", data.n_features},
            {"fingerprint", data.fingerprint}}},
          {"splitter", data.splitter},
          {"splits_sha256", data.splits_sha256},
          {"metric", data.metric},
          {"greater_is_better", data.greater_is_better},
          {"models", std::move(models)},
          {"tests", std::move(tests)},
          {"ranks", std::move(ranks)},
          {"audit", findings_json(data.audit)},
          {"findings", findings_json(data.findings)}};
}

Json environment_part(const Environment& made_with) {
  return {{"version", made_with.version},   {"commit", made_with.commit},
          {"compiler", made_with.compiler}, {"flags", made_with.flags},
          {"cpu", made_with.cpu},           {"threads", made_with.threads}};
}

}  // namespace

std::string to_json(const Comparison& comparison, const Context&) {
  Json json = format_json(comparison_format);
  json["plan_sha256"] = plan_sha256(comparison.plan);
  json["plan"] = plan_json(comparison.plan);
  json["seed"] = comparison.seed;
  if (!comparison.tuning.empty()) json["tuning"] = comparison.tuning;
  json["datasets"] = Json::array();
  for (const DatasetComparison& data : comparison.datasets)
    json["datasets"].push_back(dataset_part(data, comparison.plan));
  json["ranks"] = Json::object();
  for (std::size_t i = 0; i < comparison.contenders.size(); ++i)
    json["ranks"][comparison.contenders[i]] = comparison.average_ranks(static_cast<Index>(i));
  json["findings"] = findings_json(comparison.findings);
  json["environment"] = environment_part(comparison.environment);
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace grove
